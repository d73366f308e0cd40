"""A source that is saved while the tools run: no package is called current that was made from another text."""

from collections.abc import Callable, Iterator

import pytest
from tests.conftest import Project, accompanied

from wsgen.outputs.registry import render_package
from wsgen.quality import run

SETTINGS = '[tool.wsgen]\npaths = ["specs"]\n{}\n[tool.wsgen.quality]\nsteps = ["ruff-format"]\n'
TEMPLATE = '''"""A generic router."""

from typing import Generic, TypeVar

Request = TypeVar("Request")
Data = TypeVar("Data")


class WsRouter(Generic[Request, Data]):
    """Text {}."""

    request: Request
    data: Data
'''
OUTPUT = "specs/datafeed/ws_generated/barwsrouter.py"


class Edits:
    """Stands in for the tools: writes the next of `texts` into a file whenever they run, and counts that."""

    def __init__(self, project: Project, name: str, texts: Iterator[str]) -> None:
        self.project, self.name, self.texts = project, name, texts
        self.steps: Callable[..., object] = run.run_steps
        self.runs = 0

    def __call__(self, *given: object, **named: object) -> object:
        self.runs += 1
        outcome = self.steps(*given, **named)
        if (text := next(self.texts, None)) is not None:
            self.project.write(self.name, text)
        return outcome


def prepared(project: Project, kind: str) -> tuple[str, Callable[[int], str]]:
    """Return the name of a file that decides what is rendered, and a function for its texts."""
    if kind == "generic class":
        project.write("pyproject.toml", SETTINGS.format('template = "generic.py"'))
        return "generic.py", TEMPLATE.format
    if kind == "template":
        project.write("pyproject.toml", SETTINGS.format('templates = "templates"'))
        text = '"""Text {}."""\n\n\nclass {{{{ class_name }}}}:\n    """A router."""\n'
        return "templates/router.py.jinja", text.format
    project.write("pyproject.toml", SETTINGS.format(""))
    if kind == "ws.py":
        source = project.root / "specs/datafeed/ws.yaml"
        source.unlink()
        text = (
            "from app.models import Bar, BarRequest\nfrom x import WsRouter\nfrom typing import TypeAlias\n"
            "BarWsRouter: TypeAlias = WsRouter[BarRequest, Bar]\n# {}\n"
        )
        return "specs/datafeed/ws.py", text.format
    text = project.read("specs/datafeed/ws.yaml").replace(
        "data: Bar\n", "data: Bar\n    summary: Text {}.\n"
    )
    return "specs/datafeed/ws.yaml", lambda number: text.replace("{}", str(number))


@pytest.mark.parametrize("kind", ["ws.yaml", "generic class", "template"])
def test_a_source_saved_while_the_tools_run_is_rendered_again(
    project: Project, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    name, text = prepared(project, kind)
    project.write(name, text(1))
    edits = Edits(project, name, iter([text(2)]))
    monkeypatch.setattr(run, "run_steps", edits)
    outcome = project.wsgen("render")
    assert (outcome.code, edits.runs) == (0, 2)
    assert "Text 2." in project.read(OUTPUT)
    assert project.wsgen("check").code == 0
    assert edits.runs == 2


@pytest.mark.parametrize("kind", ["ws.yaml", "generic class", "template", "ws.py"])
def test_a_source_that_never_rests_leaves_a_package_that_is_stale(
    project: Project, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    name, text = prepared(project, kind)
    project.write(name, text(0))
    edits = Edits(project, name, map(text, range(1, 10)))
    monkeypatch.setattr(run, "run_steps", edits)
    assert project.wsgen("render").code == 0
    assert edits.runs == 3
    if kind != "ws.py":
        assert "Text 2." in project.read(OUTPUT)
    monkeypatch.setattr(run, "run_steps", edits.steps)
    assert (
        f"{name} changed since" in project.wsgen("check", "--no-quality").stderr or kind == "ws.py"
    )
    # The edits of the ws.py declare nothing new.
    assert ("  stale" in project.wsgen("list").stdout) == (kind != "ws.py")
    assert project.wsgen("render").code == 0
    assert project.wsgen("check").code == 0


def test_only_the_module_that_changed_is_rendered_again(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, text = prepared(project, "ws.yaml")
    project.write(name, text(1))
    project.write("specs/broker/ws.yaml", text(1))
    edits = Edits(project, name, iter([text(2)]))
    seen: list[int] = []

    def counted(modules: list[object], *given: object, **named: object) -> object:
        seen.append(len(modules))
        return edits(modules, *given, **named)

    monkeypatch.setattr(run, "run_steps", counted)
    outcome = project.wsgen("render")
    assert (outcome.code, seen) == (0, [2, 1])
    assert "2 modules, 4 routers: 2 written" in outcome.stdout


@pytest.mark.parametrize("kind", ["generic class", "template"])
def test_a_template_saved_between_two_modules_is_rendered_again_for_both(
    project: Project, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    name, text = prepared(project, kind)
    project.write(name, text(1))
    project.write("specs/broker/ws.yaml", project.read("specs/datafeed/ws.yaml"))
    edited = accompanied(render_package, after=lambda: project.write(name, text(2)))
    monkeypatch.setattr("wsgen.pipeline.drafts.render_package", edited)
    assert project.wsgen("render").code == 0
    for module in ("broker", "datafeed"):
        assert "Text 2." in project.read(OUTPUT.replace("datafeed", module))


def test_a_source_that_becomes_wrong_while_the_tools_run_is_reported(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, text = prepared(project, "ws.yaml")
    project.write(name, text(1))
    monkeypatch.setattr(run, "run_steps", Edits(project, name, iter(["version: 1\n"])))
    outcome = project.wsgen("render")
    assert outcome.code == 1
    assert "WSG112" in outcome.stderr
    assert not (project.root / OUTPUT).exists()
