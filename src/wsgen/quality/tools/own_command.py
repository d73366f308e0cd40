"""A project's own command as a quality step, which the settings define.

Nothing is known of what it reads. Its result counts as long as neither the files that its command line names have
changed, nor the usual settings files, nor what is installed, nor what the generated files import.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from functools import lru_cache, partial
from typing import Any

from wsgen.quality.problems import Outcome, Problem, Reading, broken, matching, problem_of, relative
from wsgen.quality.tools.tool import Step, Tool
from wsgen.settings.config import OwnCommand

_LINE = r"(?P<path>.+?):(?P<line>\d+):(?:(?P<column>\d+):)? *(?P<message>.+)"
_SETTINGS = ("wsgen.toml", "pyproject.toml", "setup.cfg", "tox.ini")
_FAILURES = frozenset({"error", "warning"})


@lru_cache(maxsize=64)
def own_tool(own: OwnCommand) -> Tool:
    """Return the tool that runs the command."""
    step = Step(
        name=own.name,
        title=f"Command {own.name}",
        shown=shlex.quote(own.command[0]),
        code="WSG514",
        help="Correct the source, or let the command pass over the generated files.",
        check=None if own.fixes else (),
        write=() if own.fixes else None,
        cost=50,
        stable=own.fixes,
    )
    return Tool(
        name=os.path.basename(own.command[0]),  # noqa: PTH119 - on the hot path
        steps=(step,),
        settings=_SETTINGS,
        extends=partial(_files_named, own.command),
        read=_read_sarif if own.reads == "sarif" and not own.fixes else _read_text,
        companions=("",),
        reads_imports=not own.fixes,
    )


def _files_named(command: tuple[str, ...], data: bytes) -> list[str]:
    """Return what may be a file in a command line. One that does not exist changes no digest."""
    if b"commands" not in data:
        return []
    return [word for part in command for word in (part, part.partition("=")[2]) if word]


def _read_text(step: str, outcome: Outcome, directory: str) -> Reading:
    if outcome.returncode == 0:
        return Reading()
    found = [problem_of(match, directory) for match in matching(outcome.output, _LINE)]
    problems = tuple(problem for problem in found if _exists(problem.path, directory))
    if not problems:
        raise broken(step, outcome)
    return Reading(problems)


def _read_sarif(step: str, outcome: Outcome, directory: str) -> Reading:
    import json

    try:
        runs = json.loads(outcome.stdout)["runs"]
        results = [result for run in runs for result in run.get("results") or ()]
        problems = tuple(_of_results(results, directory))
    except (
        ValueError,
        OverflowError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
    ) as error:
        raise broken(step, outcome) from error
    if outcome.returncode != 0 and not problems:
        raise broken(step, outcome)
    return Reading(problems)


def _of_results(results: list[dict[str, Any]], directory: str) -> Iterator[Problem]:
    """Yield the results of a SARIF log that are failures and not suppressed."""
    from urllib.parse import unquote

    for result in results:
        failure = result.get("kind", "fail") == "fail" and not result.get("suppressions")
        if not failure or result.get("level", "warning") not in _FAILURES:
            continue
        place = result["locations"][0]["physicalLocation"]
        region = place.get("region", {})
        uri = re.sub("^file://(localhost)?(?=/)", "", unquote(place["artifactLocation"]["uri"]))
        path = relative(uri, directory)
        line, column = int(region.get("startLine", 1)), int(region.get("startColumn", 1))
        message = str(result["message"].get("text") or result["message"].get("id") or "")
        rule = result.get("ruleId")
        text = f"{path}:{line}:{column}: {message}{f' ({rule})' if rule else ''}"
        yield Problem(path, line, column, message.partition("\n")[0], rule and str(rule), text)


def _exists(path: str, directory: str) -> bool:
    return "\0" not in path and os.path.exists(os.path.join(directory, path))  # noqa: PTH110 - it bears any path
