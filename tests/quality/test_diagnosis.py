"""What is made of the problems that tools report."""

from pathlib import Path

from wsgen.diagnostics import Diagnostic
from wsgen.quality.diagnosis import _within_strings, module_diagnostics
from wsgen.quality.mirror import StagedModule
from wsgen.quality.problems import Problem
from wsgen.quality.rounds import Checked

FILES = {"awsrouter.py": "x = 1\ny = 1\n", "bwsrouter.py": "x = 1\n"}


def diagnosed(*problems: tuple[str, Problem]) -> list[Diagnostic]:
    module = StagedModule(name="a", output=Path("/p/a"), files=FILES, steps=("mypy", "flake8"))
    found = module_diagnostics(
        module,
        Checked(FILES, problems),
        directory="a",
        labels={},
        commands=lambda steps: f"$ {' '.join(steps)}",
        own={},
    )
    return list(found)


def problem(file: str, line: int, message: str, more: str = "") -> Problem:
    said = f"a/{file}:{line}: error: {message}{more}"
    return Problem(f"a/{file}", line, 1, message, "rule", said)


def test_a_message_is_said_once() -> None:
    wrong = problem("awsrouter.py", 1, "wrong type", "\na/awsrouter.py:1: note: it is int")
    (found,) = diagnosed(("mypy", wrong))
    assert found.message == "mypy in module `a`: wrong type [rule] (awsrouter.py:1)"
    assert found.output == "$ mypy\na/awsrouter.py:1: note: it is int"


def test_what_two_type_checkers_find_alike_is_said_once() -> None:
    wrong = problem("awsrouter.py", 1, "wrong type")
    other = problem("awsrouter.py", 1, "another")
    found = diagnosed(("basedpyright", wrong), ("pyright", wrong), ("pyright", other))
    assert [item.step for item in found] == ["basedpyright", "pyright"]


def test_what_is_found_for_one_place_in_two_files_is_said_once() -> None:
    places = [("awsrouter.py", 1), ("awsrouter.py", 2), ("bwsrouter.py", 1)]
    of_types = [("mypy", problem(file, line, "wrong type")) for file, line in places]
    of_style = [("flake8", problem(file, line, "too long")) for file, line in places]
    lines = [item.message.rpartition(" ")[2] for item in diagnosed(*of_types, *of_style)]
    assert lines == [
        "(awsrouter.py:1)",
        "(awsrouter.py:2)",
        "(awsrouter.py:1)",
        "(awsrouter.py:2)",
        "(bwsrouter.py:1)",
    ]


def test_no_comment_is_asked_for_within_a_string() -> None:
    text = 'x = 1\ny = """a\nb\n"""\nz = f"""a\n{x}"""\n'
    assert _within_strings(text) == {2, 3, 5}
