"""What counts as a module and what does not; nothing that looks like a source is passed over in silence."""

import os
import shutil
from pathlib import Path

import pytest
from tests.conftest import DATAFEED, Project

ALIAS = """\
from typing import TypeAlias
from wsgen_runtime import WsRouter
from app.models import Bar, BarRequest
{name}: TypeAlias = WsRouter[BarRequest, Bar]
"""


def settings(project: Project, text: str) -> None:
    (project.root / "pyproject.toml").unlink()
    project.write("wsgen.toml", f"{text}\nquality.steps = []\n")


def odd(file: Path, kind: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(file)
    elif kind == "folder":
        file.mkdir()
    else:
        file.symlink_to(file.parent / "nowhere")


@pytest.mark.parametrize("kind", ["pipe", "folder", "link"])
@pytest.mark.parametrize("name", ["ws.yaml", "ws.py"])
def test_what_is_named_as_a_source_and_is_none_is_an_error(
    project: Project, name: str, kind: str
) -> None:
    odd(project.root / "specs/odd" / name, kind)
    for command in ("render", "check", "validate", "list"):
        outcome = project.wsgen(command)
        assert outcome.code == 1
        assert f"error[WSG101]: {name} cannot be read" in outcome.stderr
    assert (project.root / "specs/datafeed/ws_generated/barwsrouter.py").exists()


def test_a_pipe_in_place_of_a_source_or_a_generated_file_holds_up_nothing(project: Project) -> None:
    assert project.wsgen("render").code == 0
    for name in ("ws.yaml", "ws_generated/barwsrouter.py", "ws_generated/.wsgen.json"):
        odd(project.root / "specs/datafeed" / name, "pipe")
        assert project.wsgen("check").code == 1


def test_a_document_that_is_a_pipe_is_validated_or_empty(project: Project) -> None:
    odd(project.root / "document.json", "pipe")
    outcome = project.wsgen("asyncapi", "validate", "document.json")
    assert outcome.code == 1
    assert "document.json" in outcome.stderr
    read, write = os.pipe()
    os.write(write, b'{"asyncapi": "1.0.0"}')
    os.close(write)
    assert "1.0.0" in project.wsgen("asyncapi", "validate", f"/dev/fd/{read}").stderr
    os.close(read)


def test_a_folder_that_cannot_be_searched_is_an_error(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("specs/closed/ws.yaml", DATAFEED)
    scandir = os.scandir

    def refusing(path: str) -> object:  # the tests may run as root, whom nothing is closed to
        if os.fspath(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    outcome = project.wsgen("check")
    assert outcome.code == 2
    assert "error[WSG101]: specs/closed cannot be searched: Permission denied" in outcome.stderr
    assert "leave it out" in outcome.stderr


def test_copies_of_a_build_are_no_modules(project: Project) -> None:
    settings(project, "")
    project.write("pyproject.toml", "")
    for copy in ("build/lib/datafeed", "dist/datafeed"):
        project.write(f"{copy}/ws.yaml", DATAFEED)
    assert project.wsgen("render").code == 0
    assert not (project.root / "build/lib/datafeed/ws_generated").exists()
    project.write(
        "specs/build/ws.yaml", DATAFEED
    )  # where nothing is built it is a name like any other
    assert project.wsgen("render").code == 0
    assert (project.root / "specs/build/ws_generated").exists()


@pytest.mark.parametrize("name", ["wsgen.toml", "pyproject.toml"])
def test_another_project_inside_is_left_to_itself(project: Project, name: str) -> None:
    project.write(f"specs/inner/{name}", "" if name == "wsgen.toml" else "[tool.wsgen]\n")
    project.write("specs/inner/feed/ws.yaml", DATAFEED)
    assert "1 module," in project.wsgen("render").stdout
    assert not (project.root / "specs/inner/feed/ws_generated").exists()


@pytest.mark.parametrize(
    ("name", "text"), [("ws.yaml", DATAFEED), ("ws.py", ALIAS.format(name="A"))]
)
def test_a_module_is_not_named_after_the_folder_of_the_checkout(
    project: Project, name: str, text: str
) -> None:
    shutil.rmtree(project.root / "specs")
    settings(project, 'paths = ["."]')
    project.write(name, text)
    outcome = project.wsgen("render")
    assert outcome.code == 2
    assert f"{name}:1:1: error[WSG122]" in outcome.stderr
    assert "module: name" in outcome.stderr
    project.write("ws.yaml", DATAFEED + "module: datafeed\n")
    assert project.wsgen("render").code == 0
    assert "datafeed" in project.wsgen("list").stdout


@pytest.mark.parametrize("paths", [".", "ws", "src/ws"])
def test_a_folder_of_modules_may_be_called_ws(project: Project, paths: str) -> None:
    settings(project, f'paths = ["{paths}"]')
    home = "ws" if paths == "." else paths
    project.write(f"{home}/market/ws.yaml", DATAFEED)
    project.write(f"{home}/market/ws/v1/ws.yaml", DATAFEED)
    titles = [line for line in project.wsgen("list", home).stdout.splitlines() if "/ws" in line]
    assert [title.split("  ")[0] for title in titles if title[0] != " "] == ["market", "market v1"]


def test_both_python_files_of_a_version_count(project: Project) -> None:
    project.write("specs/broker/ws/v1/ws.py", ALIAS.format(name="OneWsRouter"))
    project.write("specs/broker/ws/v1/__init__.py", ALIAS.format(name="TwoWsRouter"))
    assert "OneWsRouter, TwoWsRouter" in project.wsgen("render").stdout
    project.write(
        "specs/broker/ws/v1/__init__.py",
        ALIAS.format(name="OneWsRouter").replace("[BarRequest, Bar]", "[BarRequest, list[Bar]]"),
    )
    outcome = project.wsgen("check")
    assert outcome.code == 1
    assert "WSG125" in outcome.stderr


def test_packages_that_links_lead_to_one_folder_are_an_error(project: Project) -> None:
    project.write("specs/broker/ws.yaml", DATAFEED)
    (project.root / "shared").mkdir()
    for name in ("datafeed", "broker"):
        (project.root / "specs" / name / "ws_generated").symlink_to(project.root / "shared")
    outcome = project.wsgen("render")
    assert outcome.code == 2
    assert "would be written to the same folder" in outcome.stderr
    assert "link" in outcome.stderr
    assert not list((project.root / "shared").iterdir())


def test_a_package_in_place_of_another_module_is_an_error(project: Project) -> None:
    settings(project, 'paths = ["specs"]\noutput = "{source_dir}/gen"')
    assert project.wsgen("render").code == 0
    for _ in range(2):  # before the package is there, and after
        project.write("specs/datafeed/gen/ws.yaml", DATAFEED)
        outcome = project.wsgen("render")
        assert outcome.code == 2
        assert "specs/datafeed/gen/ws.yaml:1:1: error[WSG403]" in outcome.stderr
        shutil.rmtree(project.root / "specs/datafeed/gen")


@pytest.mark.parametrize(
    "mark", ["conda-meta/history", "CACHEDIR.TAG", "pyvenv.cfg"], ids=["conda", "cache", "venv"]
)
def test_environments_and_caches_are_not_searched(project: Project, mark: str) -> None:
    project.write(f"specs/env/{mark}", "")
    project.write("specs/env/lib/feed/ws.yaml", "version: 1\nrouters: wrong\n")
    outcome = project.wsgen("validate")
    assert outcome.code == 0
    assert "1 module" in outcome.stdout
