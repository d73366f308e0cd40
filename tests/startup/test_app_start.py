"""What an app that starts does about the package of a module: generate it once, or only check it."""

import os

import pytest
from tests.conftest import Project
from tests.forks import forks

from wsgen import GenerationError, generate_module_routers

WORKER = """
from wsgen import generate_module_routers
assert generate_module_routers("datafeed")
from specs.datafeed.ws_generated import BarWsRouter
"""

AUDIT = """
from pydantic import BaseModel
from wsgen_runtime import Delivery, WsRouter
sys.path[:0] = ["src", "."]
def hook(event, args):
    if event == "os.rename" and str(args[1]).endswith("barwsrouter.py"):
        with open("writers.log", "a") as log:
            log.write(f"{os.getpid()}\\n")
sys.addaudithook(hook)
"""


def test_six_processes_on_a_fresh_clone_generate_once(project: Project) -> None:
    """All start at once; one writes, and every one of them imports what was written."""
    project.write(
        "pyproject.toml",
        '[tool.wsgen]\npaths = ["specs"]\n\n[tool.wsgen.quality]\nsteps = ["ruff-format"]\n',
    )
    with forks(before=AUDIT, code=WORKER, root=project.root, environment=os.environ) as worker:
        assert worker.run(times=6) == [0] * 6
    assert len((project.root / "writers.log").read_text().split()) == 1


@pytest.mark.parametrize(("mode", "raises"), [("check", True), ("off", False), ("nonsense", True)])
def test_environment_decides_what_an_app_start_may_do(
    project: Project, monkeypatch: pytest.MonkeyPatch, mode: str, raises: bool
) -> None:
    monkeypatch.setenv("WSGEN", mode)
    before = project.snapshot()
    if raises:
        with pytest.raises(GenerationError, match="datafeed"):
            generate_module_routers("datafeed")
    else:
        assert generate_module_routers("datafeed") is False
    assert project.snapshot() == before
    monkeypatch.delenv("WSGEN")
    assert generate_module_routers("datafeed") is True
    monkeypatch.setenv("WSGEN", mode)
    if mode != "nonsense":
        assert generate_module_routers("datafeed") is True
    assert generate_module_routers("nowhere") is False if mode != "nonsense" else True
