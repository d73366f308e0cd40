"""Nobody makes a package current by writing its manifest: what a run has not made, it makes and compares."""

import json
import shutil
from collections.abc import Callable
from typing import Any

import pytest
from tests.conftest import Project

from wsgen import generate_module_routers
from wsgen.manifest import MANIFEST, digest

OUT = "specs/datafeed/ws_generated"


def edit_manifest(project: Project, change: Callable[[dict[str, Any]], object]) -> None:
    content = json.loads(project.read(f"{OUT}/{MANIFEST}"))
    change(content)
    project.write(f"{OUT}/{MANIFEST}", json.dumps(content, indent=2) + "\n")


@pytest.fixture(params=[[], ["ruff-format"]], ids=["no steps", "a formatter"])
def rendered(project: Project, request: pytest.FixtureRequest) -> Project:
    steps = json.dumps(request.param)
    project.write("pyproject.toml", f'[tool.wsgen]\npaths = ["specs"]\nquality.steps = {steps}\n')
    assert project.wsgen("render").code == 0
    return project


@pytest.mark.parametrize("cached", [True, False])
@pytest.mark.parametrize("command", [("check",), ("check", "--no-quality"), ("diff",)])
def test_a_router_that_is_edited_with_its_digest_is_found(
    rendered: Project, command: tuple[str, ...], cached: bool
) -> None:
    router = rendered.read(f"{OUT}/barwsrouter.py") + "EDITED = True\n"
    rendered.write(f"{OUT}/barwsrouter.py", router)
    digests = {"barwsrouter.py": digest(router.encode())}
    edit_manifest(rendered, lambda content: content["outputs"].update(digests))
    if not cached:
        shutil.rmtree(rendered.root / ".wsgen_cache")
    assert rendered.wsgen(*command).code == 1
    assert rendered.wsgen("render").code == 0
    assert "EDITED" not in rendered.read(f"{OUT}/barwsrouter.py")


@pytest.mark.parametrize("command", [("check",), ("check", "--no-quality")])
def test_a_source_that_is_edited_with_its_digest_is_found(
    rendered: Project, command: tuple[str, ...]
) -> None:
    source = rendered.read("specs/datafeed/ws.yaml").replace("route: bars", "route: candles")
    rendered.write("specs/datafeed/ws.yaml", source)
    digests = {"specs/datafeed/ws.yaml": digest(source.encode())}
    edit_manifest(rendered, lambda content: content["inputs"].update(digests))
    outcome = rendered.wsgen(*command)
    assert outcome.code == 1
    assert "its files are not what the sources give" in outcome.stderr


def test_a_manifest_without_files_does_not_answer_for_the_package(rendered: Project) -> None:
    edit_manifest(rendered, lambda content: content.update(outputs={}, routers={}))
    assert rendered.wsgen("check").code == 1
    assert generate_module_routers("datafeed", root=rendered.root)


def test_a_manifest_of_an_earlier_version_stays_as_it_is(rendered: Project) -> None:
    edit_manifest(rendered, lambda content: content.update(routers={"BarWsRouter": "bars"}))
    before = rendered.snapshot()
    shutil.rmtree(rendered.root / ".wsgen_cache")
    for command in ("check", "render"):
        outcome = rendered.wsgen(command)
        assert (outcome.code, rendered.snapshot()) == (0, before)
    assert "current  BarWsRouter, QuoteWsRouter" in rendered.wsgen("render").stdout


def test_a_fresh_clone_is_current_without_the_steps_that_it_went_through(rendered: Project) -> None:
    shutil.rmtree(rendered.root / ".wsgen_cache")
    before = rendered.snapshot()
    for command in ("check", "render"):
        outcome = rendered.wsgen(command, "--no-quality")
        assert (outcome.code, rendered.snapshot()) == (0, before)
