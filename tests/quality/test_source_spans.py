"""Problems lead back to the line of the source."""

from dataclasses import replace
from pathlib import Path

import pytest

from wsgen.diagnostics import Span
from wsgen.quality.mirror import StagedModule
from wsgen.quality.problems import Outcome, Problem
from wsgen.quality.source_spans import source_span
from wsgen.quality.tools import tool_of

from .conftest import ROUTER, Project


def found(message: str, *, line: int = 1, file: str = "barwsrouter.py") -> Problem:
    return Problem(f"specs/datafeed/ws_generated/{file}", line, 1, message, None, "")


@pytest.mark.parametrize(
    ("message", "line", "key"),
    [
        ('Module "app.models" has no attribute "Bar"', 5, "BarWsRouter.data"),
        ('Name "BarsRequest" is not defined', 1, "BarWsRouter.request"),
        ("Something about a line", 16, "BarWsRouter"),
        ("Something about another line", 13, "BarWsRouter"),
        ("A line that is not there", 900, "BarWsRouter"),
        ("Bar and BarsRequest", 1, "BarWsRouter"),
        ("BarsRequestor is another name", 1, "BarWsRouter"),
    ],
)
def test_the_type_that_is_mentioned_is_to_blame(
    project: Project, message: str, line: int, key: str
) -> None:
    module = project.module()
    assert source_span(found(message, line=line), module, module.files) == module.positions[key]


def test_the_line_tells_where_the_message_does_not(project: Project) -> None:
    module = project.module()
    files = {"barwsrouter.py": ROUTER + "def f(data: Bar) -> None: ...\n"}
    line = files["barwsrouter.py"].count("\n")
    assert (
        source_span(found("wrong", line=line), module, files)
        == module.positions["BarWsRouter.data"]
    )


def test_a_source_that_is_gone_still_has_its_router(project: Project) -> None:
    module = project.module()
    (module.output.parent / "ws.yaml").unlink()
    span = source_span(found('no attribute "Bar"'), module, module.files)
    assert span == module.positions["BarWsRouter"]


def test_without_positions_there_is_no_span() -> None:
    module = StagedModule("a", Path("/p/a"), {"__init__.py": ""}, ())
    assert source_span(found("wrong", file="__init__.py"), module, module.files) is None


def test_a_module_that_is_missing_is_blamed_where_it_is_named(project: Project) -> None:
    module = project.module()
    source = module.output.parent / "ws.yaml"
    lines = source.read_text("utf-8").splitlines()
    row = next(number for number, line in enumerate(lines, 1) if line.startswith("models:"))
    models = Span(source, row, 1, row, len(lines[row - 1]) + 1)
    module = replace(module, positions={**module.positions, "models": models})
    message = 'Cannot find implementation or library stub for module named "app.models"'
    line = f"{found(message).path}:1:1: error: {message}  [import-not-found]"
    (problem,) = tool_of("mypy").read("mypy", Outcome(1, line, ""), "/mirror").problems
    assert source_span(problem, module, module.files) == models


def test_a_declared_error_is_blamed_where_it_is_named_first(project: Project) -> None:
    lines = ["commands:", "  A: {errors: [Rejected]}", "  B: {errors: [Rejected, Late]}"]
    module = project.module(source="\n".join(lines))
    path = module.output.parent / "ws.yaml"
    places = {
        "commands": Span(path, 1, 1, 1, 9),
        "commands.A.errors.Rejected": Span(path, 2, 16, 2, 24),
        "commands.B.errors.Rejected": Span(path, 3, 16, 3, 24),
        "commands.B.errors.Late": Span(path, 3, 26, 3, 30),
    }
    module = replace(module, positions=places, routers={"commands.py": "commands"})
    for message, key in (
        ("Name `Rejected` lacks a suffix", "commands.A.errors.Rejected"),
        ("Name `Late` lacks a suffix", "commands.B.errors.Late"),
        ("Something else", "commands"),
    ):
        span = source_span(found(message, file="commands.py"), module, module.files)
        assert span == places[key], message
