"""A check that runs beside a render finds what the render has written by then."""

from collections.abc import Mapping

import pytest
from tests.conftest import Project

from wsgen import render
from wsgen.model import ModuleSpec
from wsgen.outputs.contract import RenderContext, RenderedFile
from wsgen.outputs.registry import render_package


def test_a_package_that_is_rendered_while_it_is_checked_is_current(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert project.wsgen("render").code == 0
    source = project.read("specs/datafeed/ws.yaml")
    project.write("specs/datafeed/ws.yaml", source.replace("route: bars", "route: candles"))

    def rendered_meanwhile(
        module: ModuleSpec, context: RenderContext
    ) -> Mapping[str, RenderedFile]:
        monkeypatch.undo()
        monkeypatch.chdir(project.root)
        assert render().ok
        return render_package(module, context)

    monkeypatch.setattr("wsgen.pipeline.drafts.render_package", rendered_meanwhile)
    assert project.wsgen("check").code == 0
