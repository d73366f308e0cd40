"""Pipes, sockets and devices in place of files: refused with their place, and never waited for."""

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import Project

from wsgen import GenerationError, generate_module_routers
from wsgen.manifest import MANIFEST

OUT = "specs/datafeed/ws_generated"
STEPS = '[tool.wsgen]\npaths = ["specs"]\nquality.steps = ["ruff-format"]\n'


@pytest.fixture(autouse=True)
def _no_hang() -> Iterator[None]:
    """End a run that waits for a pipe, rather than the tests waiting with it."""

    def end(*_: object) -> None:
        pytest.fail("it waits for a pipe")

    signal.signal(signal.SIGALRM, end)
    signal.alarm(60)
    yield
    signal.alarm(0)


def put(place: Path, kind: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "socket":
        # A path that is longer than a socket's may be.
        folder = os.open(place.parent, os.O_RDONLY)
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(f"/proc/self/fd/{folder}/{place.name}")
        os.close(folder)
    else:
        place.symlink_to("/dev/zero")


@pytest.mark.parametrize("kind", ["pipe", "socket"])
@pytest.mark.parametrize("name", ["barwsrouter.py", "__init__.py", "asyncapi.json"])
@pytest.mark.parametrize("command", ["render", "check", "diff", "clean"])
def test_another_kind_of_file_in_the_package_is_named(
    project: Project, name: str, kind: str, command: str
) -> None:
    project.wsgen("render")
    put(project.root / OUT / name, kind)
    outcome = project.wsgen(command)
    assert outcome.code == 2
    assert f"error[WSG405]: {name} cannot be read: not a regular file" in outcome.stderr
    assert "Move what is there out of the way" in outcome.stderr
    with pytest.raises(GenerationError, match=f"{name} cannot be read"):
        generate_module_routers("datafeed", root=project.root)


@pytest.mark.parametrize("name", [MANIFEST, f"{MANIFEST}.next"])
def test_another_kind_of_file_in_place_of_the_manifest_is_refused(
    project: Project, name: str
) -> None:
    project.wsgen("render")
    put(project.root / OUT / name, "pipe")
    for command in ("check", "render", "clean"):
        outcome = project.wsgen(command)
        assert outcome.code == 2
        assert f"{name}: not a regular file" in outcome.stderr
    assert (project.root / OUT / "barwsrouter.py").exists()


def test_a_link_to_a_device_in_the_package_is_not_read(project: Project) -> None:
    project.wsgen("render")
    put(project.root / OUT / "barwsrouter.py", "device")
    assert "not a regular file" in project.wsgen("check").stderr
    assert project.wsgen("render", "--force").code == 0
    assert not (project.root / OUT / "barwsrouter.py").is_symlink()


@pytest.mark.parametrize("name", ["known", "known/entry", "mypy", ".gitignore"])
def test_another_kind_of_file_in_the_cache_is_no_obstacle(project: Project, name: str) -> None:
    project.write("pyproject.toml", STEPS)
    project.wsgen("render")
    cache = project.root / ".wsgen_cache"
    [entry] = (cache / "known").iterdir()
    if name == "known":
        entry.unlink()
        entry.parent.rmdir()
    put(entry if name == "known/entry" else cache / name, "pipe")
    for command in ("check", "render", "list"):
        assert project.wsgen(command).code == 0
    assert generate_module_routers("datafeed", root=project.root)


@pytest.mark.parametrize("output", ["pipe", "/dev/null"])
def test_a_document_takes_the_place_of_no_other_kind_of_file(project: Project, output: str) -> None:
    place = project.root / output
    if output == "pipe":
        os.mkfifo(place)
    before = place.stat().st_mode
    outcome = project.wsgen("asyncapi", "html", "-o", str(place))
    assert outcome.code == 2
    assert "not a regular file" in outcome.stderr
    assert place.stat().st_mode == before


@pytest.mark.parametrize("kind", ["pipe", "socket", "device"])
@pytest.mark.parametrize("name", ["wsgen.toml", "pyproject.toml"])
@pytest.mark.parametrize("command", ["render", "check", "list"])
def test_another_kind_of_file_in_place_of_settings_is_refused(
    project: Project, name: str, kind: str, command: str
) -> None:
    (project.root / "pyproject.toml").unlink()
    put(project.root / name, kind)
    outcome = project.wsgen(command)
    assert outcome.code == 2
    assert f"{name} cannot be read" in outcome.stderr
    assert "not a regular file" in outcome.stderr


def test_another_kind_of_file_in_place_of_a_source_is_no_obstacle(project: Project) -> None:
    put(project.root / "specs/datafeed/ws.yaml", "pipe")
    assert project.wsgen("render", "--no-quality").code != 0


def test_a_generic_class_that_is_a_pipe_is_named(project: Project) -> None:
    project.write("pyproject.toml", '[tool.wsgen]\npaths = ["specs"]\ntemplate = "g.py"\n')
    os.mkfifo(project.root / "g.py")
    assert project.wsgen("render", "--no-quality").code != 0
