"""The lock of a project: taken wherever the project is, and never by way of what others put in its place."""

import os
from pathlib import Path

import pytest
from tests.conftest import DATAFEED, Project

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
        assert (outcome.code, outcome.stderr) == (0, "")
        assert "summer" in outcome.stdout
