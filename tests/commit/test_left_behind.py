"""What killed runs, broken manifests, links and unwritable folders leave, and how the next run deals with it."""

import json
import os
import shutil
from pathlib import Path

import pytest
from tests.conftest import DATAFEED, Project

from wsgen import GenerationError, generate_module_routers
from wsgen.manifest import MANIFEST, PENDING

OUT = "specs/datafeed/ws_generated"
EMPTY = "version: 1\nrouters: {}\n"


@pytest.mark.parametrize("left", [PENDING, ".wsgen-1-barwsrouter.py.tmp"])
@pytest.mark.parametrize("how", ["clean", "no routers"])
def test_what_a_killed_first_run_leaves_is_removed(project: Project, left: str, how: str) -> None:
    project.wsgen("render")
    written = project.read(f"{OUT}/{MANIFEST}")
    for file in (project.root / OUT).iterdir():
        if left != PENDING or file.name != "barwsrouter.py":
            file.unlink()
    project.write(f"{OUT}/{left}", written)
    if how == "clean":
        outcome = project.wsgen("clean")
    else:
        project.write("specs/datafeed/ws.yaml", EMPTY)
        outcome = project.wsgen("render")
    assert outcome.code == 0, outcome.stderr
    assert not (project.root / OUT).exists()


def test_a_manifest_that_cannot_be_read_is_said_and_nothing_is_removed(project: Project) -> None:
    project.wsgen("render")
    project.write(f"{OUT}/{MANIFEST}", "<<<<<<< ours\n")
    before = project.snapshot()
    for arguments in (["clean"], ["clean", "--force"]):
        outcome = project.wsgen(*arguments)
        assert outcome.code == 1
        assert f"{MANIFEST}:1:1: error[WSG407]" in outcome.stderr
    assert project.snapshot() == before
    assert project.wsgen("render").code == 0
    assert project.wsgen("clean").code == 0


def test_bytecode_behind_a_link_is_not_ours(project: Project, tmp_path: Path) -> None:
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    kept = foreign / "barwsrouter.cpython-311.pyc"
    kept.write_bytes(b"")
    (project.root / OUT).mkdir(parents=True)
    (project.root / OUT / "__pycache__").symlink_to(foreign)
    assert project.wsgen("render").code == 0
    assert kept.exists()


def test_a_module_without_routers_is_current_without_a_package(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("specs/empty/ws.yaml", EMPTY)
    monkeypatch.setenv("WSGEN", "check")
    assert not generate_module_routers("empty", root=project.root)
    project.write("specs/empty/ws.yaml", "version: 1\nrouters: 3\n")
    with pytest.raises(GenerationError, match="not current"):
        generate_module_routers("empty", root=project.root)


def refuse_writing(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let the system say that nothing below a folder called `name` can be written: root may write anywhere."""

    def access(path: Path, mode: int) -> bool:
        return mode != os.W_OK or name not in Path(path).parts

    monkeypatch.setattr(os, "access", access)


def test_a_package_that_cannot_be_written_stops_no_other(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("locked", "other", "empty"):
        project.write(f"specs/{name}/ws.yaml", EMPTY if name == "empty" else DATAFEED)
    refuse_writing(monkeypatch, "locked")
    outcome = project.wsgen("render")
    assert outcome.code == 2
    assert outcome.stderr.count("WSG405") == 1
    assert "specs/locked" in outcome.stderr
    assert (project.root / OUT / MANIFEST).exists()
    assert (project.root / "specs/other/ws_generated" / MANIFEST).exists()
    with pytest.raises(GenerationError, match="cannot be written") as raised:
        generate_module_routers("locked", root=project.root)
    assert str(raised.value).count("not current") == 1


def test_a_current_package_that_cannot_be_written_needs_no_writing(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write(
        "pyproject.toml", '[tool.wsgen]\npaths = ["specs"]\nquality.steps = ["ruff-format"]\n'
    )
    assert project.wsgen("render").code == 0
    shutil.rmtree(project.root / ".wsgen_cache")  # as on another machine: nothing is proven here
    refuse_writing(monkeypatch, "datafeed")
    outcome = project.wsgen("render")
    assert (outcome.code, outcome.stderr) == (0, "")


def test_what_cannot_be_cleaned_stops_no_other(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("specs/a/ws.yaml", DATAFEED)
    project.wsgen("render")
    unlink = Path.unlink

    def refusing(self: Path, missing_ok: bool = False) -> None:
        if "a" in self.parts:
            raise PermissionError(13, "Permission denied", str(self))
        unlink(self, missing_ok)

    monkeypatch.setattr(Path, "unlink", refusing)
    outcome = project.wsgen("clean", "--format", "json")
    assert outcome.code == 2
    states = {module["name"]: module["state"] for module in json.loads(outcome.stdout)["modules"]}
    assert states == {"a": "failed", "datafeed": "removed"}


@pytest.mark.parametrize("shipped", ["all", "no settings", "broken settings", "no sources"])
def test_off_trusts_the_package_whatever_else_is_shipped(
    project: Project, monkeypatch: pytest.MonkeyPatch, shipped: str
) -> None:
    project.wsgen("render")
    monkeypatch.setenv("WSGEN", "off")
    settings = project.root / "pyproject.toml"
    if shipped == "no settings":
        settings.unlink()
        monkeypatch.chdir(project.root / "specs")
    elif shipped == "broken settings":
        settings.write_text("[tool.wsgen\n")
        monkeypatch.chdir(project.root / "specs")
    elif shipped == "no sources":
        (project.root / "specs/datafeed/ws.yaml").unlink()
        monkeypatch.chdir(project.root / "specs/datafeed")
    assert generate_module_routers("datafeed")
    assert not generate_module_routers("unheard_of")


def test_an_unknown_mode_is_refused_whatever_the_module(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WSGEN", "of")
    with pytest.raises(GenerationError, match="WSGEN=of is none of"):
        generate_module_routers("nothing", root=project.root)


def test_other_line_ends_are_no_edit(project: Project) -> None:
    project.wsgen("render")
    for file in [*(project.root / OUT).glob("*.py"), *(project.root / "specs").rglob("ws.yaml")]:
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert project.wsgen("check").code == 0
    project.write("specs/datafeed/ws.yaml", DATAFEED.replace("quotes", "offers"))
    assert project.wsgen("render").code == 0
    assert b"\r" not in (project.root / OUT / "quotewsrouter.py").read_bytes()
