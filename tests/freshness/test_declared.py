"""Code of a module's Python file that declares nothing makes no package stale, wherever the file stands."""

import pytest
from tests.conftest import Project

WS_PY = """\
from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TypeAlias

    from app.models import Bar, BarRequest
    from app.ws import WsRouter

    FeedWsRouter: TypeAlias = WsRouter[BarRequest, Bar]
"""


@pytest.mark.parametrize("steps", [["ruff-format", "ruff-check"], []])
def test_a_comment_in_a_ws_py_among_the_projects_own_packages_is_no_change(
    project: Project, steps: list[str]
) -> None:
    """The tools run again, since the file might matter to them, and nothing is written."""
    settings = project.read("pyproject.toml").replace("steps = []", f"steps = {steps}")
    project.write("pyproject.toml", settings)
    project.write("src/app/feed/__init__.py", "")
    project.write("src/app/feed/ws.py", WS_PY)
    assert project.wsgen("render", "src/app/feed").code == 0
    manifest = project.read("src/app/feed/ws_generated/.wsgen.json")
    project.write("src/app/feed/ws.py", f"{WS_PY}\n# A factory will stand here.\n")
    assert project.wsgen("check", "src/app/feed").code == 0
    assert project.wsgen("render", "src/app/feed").code == 0
    assert project.read("src/app/feed/ws_generated/.wsgen.json") == manifest
    project.write(
        "src/app/feed/ws.py", WS_PY.replace("[BarRequest, Bar]", "[BarRequest, BarRequest]")
    )
    assert project.wsgen("check", "src/app/feed").code == 1
