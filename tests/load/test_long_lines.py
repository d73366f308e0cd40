"""Sources of thousands of routers or mistakes on one line: work grows with their size, reports do not."""

import json
import subprocess
import sys
from collections.abc import Callable

import pytest
from tests.conftest import Project

from wsgen.diagnostics import MORE, MOST


def ws_yaml(count: int) -> str:
    routers = {f"R{number}WsRouter": {"request": "é.m:Q", "data": "D"} for number in range(count)}
    return json.dumps({"version": 1, "models": "a.b", "routers": routers}, ensure_ascii=False)


def ws_py(count: int) -> str:
    head = "from typing import TypeAlias; from é import WsRouter, D"
    aliases = (f"R{number}WsRouter: TypeAlias = WsRouter[é{number}, D]" for number in range(count))
    return "; ".join([head, *aliases]) + "\n"


def document(count: int) -> str:
    unknown = {f"é{number}": {"$ref": "#/nothing"} for number in range(count)}
    return json.dumps({"asyncapi": "3.0.0", "info": {"title": "x", "version": "1"}, **unknown})


def settings(count: int) -> str:
    return "[tool.wsgen]\n" + "".join(f"key{number} = 1\n" for number in range(count))


CASES: dict[str, tuple[Callable[[int], str], str, tuple[str, ...]]] = {
    "ws.yaml": (ws_yaml, "specs/datafeed/ws.yaml", ("validate",)),
    "ws.py": (ws_py, "specs/py/ws.py", ("validate", "specs/py")),
    "document": (document, "api.json", ("asyncapi", "validate", "api.json")),
    "settings": (settings, "pyproject.toml", ("validate",)),
}


@pytest.mark.parametrize("name", CASES)
def test_a_hundred_problems_of_a_file_are_shown_and_the_others_counted(
    name: str, project: Project
) -> None:
    make, file, arguments = CASES[name]
    project.write(file, make(250))
    outcome = project.wsgen(*arguments)
    assert outcome.code != 0
    shown = [line for line in outcome.stderr.splitlines() if f"{file}:" in line and "[WSG" in line]
    assert len(shown) == MOST + 1
    assert f"error[{MORE}]: " in shown[-1]
    assert len(outcome.stderr) < 1000 * MOST
    count = int(shown[-1].partition(f"{MORE}]: ")[2].split()[0])
    assert count >= 150


@pytest.mark.parametrize("name", ["ws.yaml", "ws.py", "document"])
def test_thousands_of_them_on_one_line_cost_a_second_of_cpu_and_not_minutes(
    name: str, project: Project
) -> None:
    make, file, arguments = CASES[name]
    project.write(file, make(2000))
    limit = "import resource, sys; resource.setrlimit(resource.RLIMIT_CPU, (8, 8));"
    call = f"from wsgen.cli.main import run; sys.exit(run({arguments!r}))"
    done = subprocess.run([sys.executable, "-c", limit + call], capture_output=True, check=False)
    assert done.returncode == 1, "it was ended by the limit"
    assert MORE.encode() in done.stderr
