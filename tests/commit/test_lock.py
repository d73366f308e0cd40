"""The lock of a project: taken wherever the project is, and never by way of what others put in its place."""

import errno
import fcntl
import os
import shutil
import tempfile
import time
from pathlib import Path

import pytest
from tests.conftest import DATAFEED, Project

from wsgen.commit.apply import apply_plan
from wsgen.commit.plan import Plan
from wsgen.commit.project_lock import project_lock
from wsgen.files import lock
from wsgen.settings.project_file import load_config

LOCK = ".wsgen_cache/lock"


@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
def test_something_else_in_place_of_the_lock_is_an_error_with_its_place(
    project: Project, kind: str
) -> None:
    project.write(".wsgen_cache/.gitignore", "*\n")
    outside = project.root / "outside"
    if kind == "link":
        (project.root / LOCK).symlink_to(outside)
    elif kind == "folder":
        (project.root / LOCK).mkdir()
    else:
        os.mkfifo(project.root / LOCK)
    outcome = project.wsgen("render")
    assert outcome.code == 2
    assert f"error[WSG405]: the lock {project.root / LOCK} cannot be taken" in outcome.stderr
    assert "Remove what is there" in outcome.stderr
    assert not outside.exists()
    assert not (project.root / "specs/datafeed/ws_generated").exists()


def test_folders_whose_names_are_not_text_are_rendered_and_checked(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Path(os.fsdecode(os.fsencode(project.root) + b"/caf\xe9"))
    (root / "specs").mkdir(parents=True)
    (root / "specs" / os.fsdecode(b"\xe9t\xe9")).mkdir()
    (root / "specs" / os.fsdecode(b"\xe9t\xe9") / "ws.yaml").write_text(
        DATAFEED + "module: summer\n"
    )
    (root / "wsgen.toml").write_text(
        'paths = ["specs"]\nquality.steps = ["ruff-format", "ruff-check"]\n'
    )
    (root / ".wsgen_cache").symlink_to("nowhere")  # so that the lock is elsewhere
    monkeypatch.chdir(root)
    for command in ("render", "check", "list", "clean"):
        outcome = project.wsgen(command)
        assert (outcome.code, "error" in outcome.stderr) == (0, False)
        assert "summer" in outcome.stdout


def test_the_lock_holds_when_the_cache_is_deleted(project: Project) -> None:
    config = load_config(project.root)
    with project_lock(config):
        shutil.rmtree(config.cache)
        assert lock(config.root, 0, folder=True) is None
    release = lock(config.root, 0, folder=True)
    assert release is not None
    release()


def test_a_lock_file_that_is_removed_meanwhile_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the file system locks no folders, the file in the cache is all there is."""
    place = tmp_path / "cache/lock"
    flock = fcntl.flock
    removed: list[Path] = []

    def late(descriptor: int, operation: int) -> None:
        if not removed:
            removed.append(place)
            shutil.rmtree(place.parent)
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", late)
    release = lock(place, time.monotonic() + 60)
    assert release is not None
    assert removed
    assert lock(place, 0) is None
    release()


@pytest.mark.parametrize("put", ["a file", "a link"])
def test_without_a_cache_nothing_is_made_in_the_shared_temporary_folder(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, put: str
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(shared))
    if put == "a file":
        project.write(".wsgen_cache", "")
    else:
        (project.root / ".wsgen_cache").symlink_to("nowhere")
    meanwhile: list[object] = []

    def watched(plan: Plan) -> None:
        meanwhile.append(lock(project.root, 0, folder=True))
        apply_plan(plan)

    monkeypatch.setattr("wsgen.pipeline.conclusion.apply_plan", watched)
    assert project.wsgen("render").code == 0
    assert meanwhile == [None], "the lock is held while the package is written"
    assert list(shared.iterdir()) == []


def test_a_project_that_cannot_be_locked_at_all_is_an_error(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsupported(*_: object) -> None:
        raise OSError(errno.EBADF, "Bad file descriptor")

    project.write(".wsgen_cache", "")
    monkeypatch.setattr(fcntl, "flock", unsupported)
    outcome = project.wsgen("render")
    assert outcome.code == 2
    assert "can be locked" in outcome.stderr
    assert not (project.root / "specs/datafeed/ws_generated").exists()


def test_a_folder_that_is_removed_while_it_is_made_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process makes `.wsgen_cache` first, and it is deleted before this one has looked at it."""
    made, calls = os.mkdir, []

    def mkdir(path: str | os.PathLike[str], mode: int = 0o777) -> None:
        calls.append(path)
        if len(calls) == 1:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), os.fspath(path))
        made(path, mode)

    monkeypatch.setattr(os, "mkdir", mkdir)
    release = lock(tmp_path / ".wsgen_cache" / "lock", time.monotonic() + 10)
    assert release is not None
    release()
    assert len(calls) == 2
