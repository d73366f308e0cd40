"""Disks that are full, broken or lost power, and permissions: what is left, and what is advised."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.conftest import DATAFEED, Project

from wsgen import files
from wsgen.commit.apply import apply_plan
from wsgen.commit.plan import plan_commit
from wsgen.errors import FilesError
from wsgen.manifest import MANIFEST, Manifest, digest
from wsgen.report.text import format_text

OUT = "specs/datafeed/ws_generated"
CHANGED = DATAFEED.replace("route: bars", "route: candles").replace("quotes", "offers")


@pytest.mark.parametrize("content", ["", "\0" * 200, "half", "half and null bytes"])
@pytest.mark.parametrize("name", ["barwsrouter.py", "__init__.py", "asyncapi.json"])
@pytest.mark.parametrize("manifest", ["as it was", "empty", "missing"])
def test_what_a_power_cut_has_cut_short_is_repaired(
    project: Project, name: str, content: str, manifest: str
) -> None:
    project.wsgen("render")
    whole = project.read(f"{OUT}/{name}")
    half = whole[: len(whole) // 2]
    contents = {"half": half, "half and null bytes": half + "\0" * 100}
    project.write(f"{OUT}/{name}", contents.get(content, content))
    if manifest == "empty":
        project.write(f"{OUT}/{MANIFEST}", "")
    elif manifest == "missing":
        (project.root / OUT / MANIFEST).unlink()
    assert project.wsgen("check").code == 1
    outcome = project.wsgen("render")
    assert (outcome.code, outcome.stderr) == (0, "")
    assert project.read(f"{OUT}/{name}") == whole
    assert project.wsgen("check").code == 0


def test_an_orphan_that_a_power_cut_has_emptied_goes(project: Project) -> None:
    project.wsgen("render")
    project.write(f"{OUT}/quotewsrouter.py", "")
    project.write("specs/datafeed/ws.yaml", DATAFEED[: DATAFEED.index("  QuoteWsRouter")])
    assert project.wsgen("render").code == 0
    assert not (project.root / OUT / "quotewsrouter.py").exists()


def test_more_than_what_would_be_written_is_an_edit(project: Project) -> None:
    project.wsgen("render")
    project.write(f"{OUT}/barwsrouter.py", "# mine\n")
    assert "error[WSG407]" in project.wsgen("render").stderr


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ENOSPC, "Free some space on that disk"),
        (errno.EACCES, "Make the folder writable"),
        (errno.EROFS, "Make the folder writable"),
        (errno.EIO, "Check that disk and its file system"),
    ],
)
@pytest.mark.parametrize("last", [False, True])
def test_a_failed_write_leaves_nothing_and_the_advice_fits(
    project: Project, monkeypatch: pytest.MonkeyPatch, number: int, advice: str, last: bool
) -> None:
    project.wsgen("render")
    before = project.snapshot()
    project.write("specs/datafeed/ws.yaml", CHANGED)
    stage = files.stage

    def refuse(file: Path, data: bytes, *, durable: bool = False) -> Path:
        if file.name == ("quotewsrouter.py" if last else "barwsrouter.py"):
            raise OSError(number, os.strerror(number), str(file))
        return stage(file, data, durable=durable)

    monkeypatch.setattr("wsgen.commit.apply.stage", refuse)
    outcome = project.wsgen("render")
    assert outcome.code == 2
    assert f"{OUT}/" in outcome.stderr
    assert os.strerror(number) in outcome.stderr
    assert advice in outcome.stderr
    after = project.snapshot()
    assert [name for name in after if before.get(name) != after[name]] == ["specs/datafeed/ws.yaml"]


def test_a_file_that_cannot_be_read_is_not_called_edited(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.wsgen("render")
    # Tests may run as root, who may read everything, so the answer of the system is replaced.
    opener = os.open

    def refuse(path: str, *arguments: int, **named: int) -> int:
        if str(path).endswith("barwsrouter.py"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return opener(path, *arguments, **named)

    monkeypatch.setattr(os, "open", refuse)
    outcome = project.wsgen("render")
    assert outcome.code == 2
    assert "barwsrouter.py cannot be read: Permission denied" in outcome.stderr
    assert "Make the file readable" in outcome.stderr


def test_a_temporary_folder_without_room_is_named(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write(
        "pyproject.toml", '[tool.wsgen]\npaths = ["specs"]\nquality.steps = ["ruff-format"]\n'
    )

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/somewhere")

    monkeypatch.setattr("wsgen.quality.mirror._write", full)
    outcome = project.wsgen("render")
    assert outcome.code == 2
    assert "error[WSG405]: the temporary folder" in outcome.stderr
    assert "cannot be used: No space left on device" in outcome.stderr
    assert "set TMPDIR" in outcome.stderr


def test_what_a_killed_process_left_goes_and_what_a_living_one_writes_stays(
    tmp_path: Path,
) -> None:
    # Without a lock, only the process in the name tells: the largest number is no process's.
    dead, alive = tmp_path / f".wsgen-{2**31 - 1}-00.tmp", tmp_path / f".wsgen-{os.getpid()}-00.tmp"
    others = [tmp_path / ".wsgen-notes", tmp_path / "other.tmp"]
    for file in (dead, alive, *others):
        file.write_text("")
    files.sweep(tmp_path, locked=False)
    assert sorted(tmp_path.iterdir()) == sorted([alive, *others])
    files.sweep(tmp_path, locked=True)
    assert sorted(tmp_path.iterdir()) == sorted(others)


def test_an_init_that_was_killed_is_completed(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project.root / "new").mkdir()
    monkeypatch.chdir(project.root / "new")
    project.write("new/wsgen.toml", 'paths = ["shop"]\n')
    project.write("new/shop/__init__.py", "")
    project.write(f"new/shop/.wsgen-{2**31 - 1}-00.tmp", "half")
    assert project.wsgen("init", "orders").code == 0
    whole = project.snapshot()
    (project.root / "new/shop/orders/ws.yaml").unlink()
    (project.root / "new/shop/orders/models.py").rename(
        project.root / f"new/shop/orders/.wsgen-{2**31 - 1}-00.tmp"
    )
    assert project.wsgen("init", "orders").code == 0
    assert project.snapshot().keys() == whole.keys()
    assert not any(".tmp" in name for name in whole)


@pytest.mark.parametrize("command", ["clean", "render"])
def test_a_manifest_that_cannot_be_read_once_leaves_no_file_without_an_owner(
    project: Project, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    project.wsgen("render")
    text = "version: 1\nrouters: {}\n" if command == "render" else DATAFEED
    project.write("specs/datafeed/ws.yaml", text)
    read = files.read_file
    failed: list[Path] = []

    def broken(file: Path) -> bytes:
        if Path(file).name == MANIFEST and not failed:
            failed.append(file)
            raise OSError(errno.EIO, "Input/output error", str(file))
        return read(file)

    monkeypatch.setattr("wsgen.commit.plan.read_file", broken)
    outcome = project.wsgen(command)
    assert outcome.code == 2
    assert f"{MANIFEST}: Input/output error" in outcome.stderr
    assert (project.root / OUT / MANIFEST).exists()
    assert project.wsgen(command).code == 0
    assert not (project.root / OUT).exists()


@contextmanager
def allowed(folder: Path, mode: int) -> Iterator[None]:
    """Let `folder` have the permissions `mode`, and be no superuser meanwhile."""
    if sys.platform == "win32":
        pytest.skip("folders have other permissions")
    before = folder.stat().st_mode
    superuser = os.geteuid() == 0
    folder.chmod(mode)
    if superuser:
        os.seteuid(65534)
    try:
        yield
    finally:
        if superuser:
            os.seteuid(0)
        folder.chmod(before)


def test_a_folder_that_cannot_be_searched_is_said(tmp_path: Path) -> None:
    with allowed(tmp_path, 0o000):
        with pytest.raises(FilesError) as raised:
            plan_commit(tmp_path, {}, None, force=False)
        said = format_text(raised.value.diagnostics)
    file = tmp_path / MANIFEST
    assert said == (
        f"{file}:1:1: error[WSG405]: cannot read {file}: Permission denied\n"
        "  help: Make the file and its folder readable.\n"
    )


def test_a_folder_that_cannot_be_written_is_said_by_its_name(tmp_path: Path) -> None:
    made = {"a.py": "\n"}
    manifest = Manifest("0", "", {}, {name: digest(text.encode()) for name, text in made.items()})
    plan = plan_commit(tmp_path, made, manifest, force=False)
    with allowed(tmp_path, 0o555), pytest.raises(FilesError) as raised:
        apply_plan(plan)
    [item] = raised.value.diagnostics
    assert item.span is not None
    assert (item.message, item.span.path) == (
        f"cannot write {tmp_path}: Permission denied",
        tmp_path,
    )
