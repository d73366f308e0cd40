"""What the tools print, from the oldest supported versions to the newest."""

import pytest

from wsgen.quality.problems import Outcome, Reading
from wsgen.quality.tools import tool_of

HERE = "/mirror"


def read(step: str, outcome: Outcome) -> Reading:
    return tool_of(step).read(step, outcome, HERE)


@pytest.mark.parametrize(
    ("step", "text", "place", "message"),
    [
        pytest.param(
            "black",
            "error: cannot format specs/a/x.py: Cannot parse: 3:6: def f(,x):\n\nOh no!",
            ("specs/a/x.py", 1),
            "Cannot parse: 3:6: def f(,x):",
            id="black 23",
        ),
        pytest.param(
            "black",
            "error: cannot parse: specs/a/x.py:3:6\n    def f(,x):\n         ^\nParseError: bad input",
            ("specs/a/x.py", 3),
            "error: cannot parse: specs/a/x.py:3:6",
            id="black 26",
        ),
        pytest.param(
            "ruff-format",
            "error: Failed to format specs/a/x.py: source contains syntax errors",
            ("specs/a/x.py", 1),
            "source contains syntax errors",
            id="ruff 0.1",
        ),
        pytest.param(
            "ruff-format",
            "error: Failed to parse /mirror/specs/a/x.py:3:7: Expected a parameter",
            ("specs/a/x.py", 3),
            "Expected a parameter",
            id="ruff 0.6",
        ),
        pytest.param(
            "ruff-format",
            "invalid-syntax: Expected a parameter\n --> specs/a/x.py:3:7\n  |\n1 | def f(,x):\n",
            ("specs/a/x.py", 3),
            "Expected a parameter",
            id="ruff 0.17",
        ),
    ],
)
def test_what_a_formatter_cannot_read(
    step: str, text: str, place: tuple[str, int], message: str
) -> None:
    reading = read(step, Outcome(123, "", text))
    (found,) = reading.problems
    assert (found.path, found.line) == place
    assert found.message == message
    assert not reading.unsettled


@pytest.mark.parametrize(
    ("step", "outcome", "unsettled"),
    [
        ("black", Outcome(0, "", "All done!\n1 file would be left unchanged."), False),
        ("black", Outcome(1, "", "would reformat a.py\nOh no!"), True),
        ("black", Outcome(123, "", "would reformat a.py\nerror: cannot format b.py: no"), True),
        ("ruff-format", Outcome(0, "1 file already formatted", ""), False),
        ("ruff-format", Outcome(1, "Would reformat: a.py", ""), True),
        ("ruff-fix", Outcome(1, "--- a.py\n+++ a.py", ""), True),
        ("isort", Outcome(1, "", "ERROR: a.py Imports are incorrectly sorted."), True),
    ],
)
def test_whether_a_fixer_would_change_files(step: str, outcome: Outcome, unsettled: bool) -> None:
    assert read(step, outcome).unsettled is unsettled


def test_flake8_lines_among_others() -> None:
    text = "specs/a/x.py:3:80: E501 line too long (90 > 79 characters)\n    source = shown\n3\n"
    (found,) = read("flake8", Outcome(1, text, "")).problems
    assert (found.path, found.line, found.column, found.rule) == ("specs/a/x.py", 3, 80, "E501")
    assert found.message == "line too long (90 > 79 characters)"


def test_ruff_problems_with_and_without_a_code() -> None:
    text = """[
        {"code": "F401", "filename": "/mirror/specs/a/x.py", "location": {"column": 8, "row": 1},
         "message": "`os` imported but unused", "fix": null},
        {"code": null, "filename": "specs/a/y.py", "location": {"column": 1, "row": 2},
         "message": "SyntaxError: unexpected"}
    ]"""
    first, second = read("ruff-check", Outcome(1, text, "")).problems
    assert (first.path, first.line, first.column) == ("specs/a/x.py", 1, 8)
    assert first.output == "specs/a/x.py:1:8: F401 `os` imported but unused"
    assert (second.path, second.rule) == ("specs/a/y.py", None)


def test_mypy_errors_take_their_notes_along() -> None:
    text = (
        'a/x.py:3:5: error: Argument 1 has type "int"  [arg-type]\n'
        "a/x.py:3:5: note: See the docs\n"
        "b/y.py:1:1:1:9: error: Cannot find module  [import-not-found]\n"
        "b/y.py: error: Source file found twice\n"
        "a/z.py: note: something else\n"
        "Warning: unused section(s) in mypy.ini: [mypy-x.*]\n"
    )
    one, two, three = read("mypy", Outcome(1, text, "")).problems
    assert one.output.count("\n") == 1
    assert one.rule == "arg-type"
    assert (two.path, two.line, two.column, two.rule) == ("b/y.py", 1, 1, "import-not-found")
    assert (three.path, three.line, three.message) == ("b/y.py", 1, "Source file found twice")
