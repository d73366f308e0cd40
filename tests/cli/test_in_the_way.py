"""What stands in the way of a command: said once, at its place, with what to do about it."""

import logging
import threading
from pathlib import Path

import pytest
from filelock import FileLock
from tests.conftest import Project

from wsgen import GenerationError, generate_module_routers
from wsgen.commit import project_lock

OUT = "specs/datafeed/ws_generated"


def test_settings_that_name_nothing_are_all_said_at_their_place(project: Project) -> None:
    project.write("pyproject.toml", '[tool.wsgen]\npaths = ["specs", "nope"]\nsources = ["nor"]\n')
    for command in ("render", "check", "list", "asyncapi export"):
        outcome = project.wsgen(*command.split())
        assert outcome.code == 2
        assert (
            "pyproject.toml:2:1: error[WSG904]: `paths` names a folder that does not exist: nope"
            in (outcome.stderr)
        )
        assert (
            "pyproject.toml:3:1: error[WSG904]: `sources` names a folder that does not exist: nor"
            in (outcome.stderr)
        )


def test_an_edited_file_is_cleaned_by_clean(project: Project) -> None:
    project.wsgen("render")
    project.write(f"{OUT}/__init__.py", "# mine\n")
    assert "wsgen clean --force" in project.wsgen("clean").stderr


def test_a_file_where_the_package_goes(project: Project) -> None:
    project.write(OUT, "mine")
    outcome = project.wsgen("render")
    assert outcome.code == 2
    assert "Move what is there out of the way" in outcome.stderr
    assert project.read(OUT) == "mine"
    with pytest.raises(GenerationError) as raised:
        generate_module_routers("datafeed", root=project.root)
    assert str(raised.value).count(f"{OUT}: File exists") == 1


def test_a_folder_where_a_file_goes(project: Project) -> None:
    project.write(f"{OUT}/barwsrouter.py/mine", "")
    before = project.snapshot()
    outcome = project.wsgen("render", "--force")
    assert outcome.code == 2
    assert f"{OUT}/barwsrouter.py: a folder of that name is there" in outcome.stderr
    assert project.snapshot() == before


def test_an_output_that_is_a_link_out_of_the_project(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (project.root / OUT).symlink_to(elsewhere)
    outcome = project.wsgen("render")
    assert outcome.code == 2
    assert outcome.stderr.startswith(f"{OUT}: error[WSG903]: ")
    assert f"leads through a link to {elsewhere}" in outcome.stderr
    assert list(elsewhere.iterdir()) == []


def test_a_wait_for_another_wsgen_is_said(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one ends as soon as it has been said."""
    monkeypatch.setattr(project_lock, "_PATIENCE", 0.01)
    (project.root / ".wsgen_cache").mkdir()
    other = FileLock(project.root / ".wsgen_cache/lock", thread_local=False)
    thread = threading.Thread(target=other.acquire)
    thread.start()
    thread.join()
    said: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.getMessage())
            other.release()

    listener = Listener()
    logging.getLogger("wsgen").addHandler(listener)
    try:
        assert project.wsgen("render").code == 0
    finally:
        logging.getLogger("wsgen").removeHandler(listener)
    assert said == [f"waiting for another wsgen in {project.root}"]
    assert (Path(project.root) / OUT / "__init__.py").exists()


def test_a_model_that_pydantic_cannot_describe_is_said_once(project: Project) -> None:
    project.write(
        "src/app/models.py",
        "from pydantic import BaseModel\n\n\ndef helper():\n    class Wrong(BaseModel):\n"
        "        x: complex(1).__class__.__mro__[0] | memoryview\n\n    return Wrong\n\n\n"
        "Bar = helper()\nBarRequest = Quote = Bar\n",
    )
    outcome = project.wsgen("asyncapi", "export")
    assert outcome.code == 1
    assert "pydantic/" not in outcome.stderr
    assert "wsgen_runtime" not in outcome.stderr
    assert "importlib" not in outcome.stderr
    assert f'File "{project.root}/src/app/models.py", line 5, in helper' in outcome.stderr
    assert outcome.stderr.count("in helper") == 1
    assert outcome.stderr.count("error[") == outcome.stderr.count("error[WSG661]") == 1
    assert "help: Use types that pydantic can describe as JSON Schema." in outcome.stderr
