"""ruff, the formatter and linter: for each file it takes the settings nearest to it, and what these extend.

Where the project does not name the folders that its own packages are imported from, ruff is told them: it takes a
package elsewhere for one of the project if the file is in it, where isort takes it for one of a third party.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from wsgen.environment import Environment
from wsgen.installed import version_numbers
from wsgen.quality.problems import Outcome, Problem, Reading, broken, read_rewriter, relative
from wsgen.quality.settings_files import Home, has_table, tool_table, with_contents
from wsgen.quality.tools.tool import NOT_PYTHON, Step, Tool

if TYPE_CHECKING:  # only runs of tools need it
    from wsgen.quality.workbench import Workbench

_TAKES_SETTINGS = (0, 2, 2)
"""The version since which ruff takes single settings on the command line; older ones take a file."""
_LOOKS_INTO_SRC = (0, 6)
"""The version since which ruff looks for the project's packages in `src` too, as isort does."""

_COMMON = ("--no-cache", "--force-exclude")
_EXTEND = r"""(?<![\w-])["']?extend["']?[ \t]*=[ \t]*(?:"([^"\n]+)"|'([^'\n]+)')"""
_UNREADABLE = (
    r"error: Failed to (?:parse|format) (?P<path>.+?)(?::(?P<line>\d+):(?P<column>\d+))?: "
    r"(?P<message>.+)",
    r"^invalid-syntax: (?P<message>.*)\n +--> (?P<path>.+):(?P<line>\d+):(?P<column>\d+)$",
)


def _configures(file: Path, _: Environment) -> bool:
    return file.name != "pyproject.toml" or has_table(file, "ruff")


def _extends(data: bytes) -> list[str]:
    """Return the files that settings extend. A search that finds too much only adds a file to a digest."""
    if b"extend" not in data:
        return []
    return [a or b for a, b in re.findall(_EXTEND, data.decode("utf-8", "replace"))]


def _options(home: Home | None, bench: Workbench) -> tuple[str, ...]:
    folder = home.folder if home is not None else bench.root
    roots = bench.roots_beside(folder)
    if not roots and version_numbers("ruff", bench.environment) < _LOOKS_INTO_SRC:
        roots = [bench.mirrored(path) for path in (folder, folder / "src") if path in bench.sources]
    file = home.file if home is not None else None
    if not roots or _says_roots(file):
        return ()
    from glob import escape

    setting = f"src = {_toml([escape(root) for root in roots])}\n"
    if version_numbers("ruff", bench.environment) >= _TAKES_SETTINGS:
        return ("--config", setting)
    if file is not None:
        setting = f"extend = {_toml(bench.mirrored(file))}\n{setting}"
    try:
        setting.encode()
    except UnicodeEncodeError:  # a folder whose name is not text, which a TOML file cannot hold
        return ()
    return ("--config", os.fspath(bench.settings_file(setting)))


def _toml(value: str | list[str]) -> str:
    import json

    return json.dumps(value, ensure_ascii=False)


def _says_roots(file: Path | None) -> bool:
    """Return whether the settings in `file` tell ruff which packages are the project's own."""
    if file is None:
        return False
    tables = (tool_table(item, "ruff") for item, _ in with_contents([file], _extends))
    return any(
        "src" in table or any("known-first-party" in section for section in _sorting(table))
        for table in tables
    )


def _sorting(table: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """Yield what a table of ruff's settings says of the sorting of imports."""
    lint = table.get("lint")
    for holder in (table, lint if isinstance(lint, dict) else {}):
        if isinstance(section := holder.get("isort"), dict):
            yield section


def _read(step: str, outcome: Outcome, directory: str) -> Reading:
    if step != _CHECK.name:
        return read_rewriter(step, outcome, directory, _UNREADABLE if step == _FORMAT.name else ())
    if outcome.returncode not in (0, 1):
        raise broken(step, outcome)
    import json

    try:
        problems = tuple(_problem(item, directory) for item in json.loads(outcome.stdout or "[]"))
    except (ValueError, KeyError, TypeError) as error:
        raise broken(step, outcome) from error
    if outcome.returncode != 0 and not problems:
        raise broken(step, outcome)
    return Reading(problems)


def _problem(item: Mapping[str, object], directory: str) -> Problem:
    path = relative(str(item["filename"]), directory)
    place = item["location"]
    if not isinstance(place, dict):
        raise TypeError
    rule = item["code"]
    line, column = int(place["row"]), int(place["column"])
    text = f"{path}:{line}:{column}: {f'{rule} ' if rule else ''}{item['message']}"
    return Problem(path, line, column, str(item["message"]), str(rule) if rule else None, text)


_LINT_HELP = "Correct the source, or let ruff ignore the rule for this path in its configuration."
_FORMAT = Step(
    name="ruff-format",
    title="Ruff formatting",
    shown="ruff format",
    code="WSG510",
    help=NOT_PYTHON,
    check=("format", "--check", *_COMMON),
    write=("format", *_COMMON),
    cost=41,
    quick=True,
)
_CHECK = Step(
    name="ruff-check",
    title="Ruff linting",
    shown="ruff check",
    code="WSG512",
    help=_LINT_HELP,
    check=("check", "-q", "--no-fix", "--output-format=json", *_COMMON),
    cost=10,
)
_FIX = Step(
    name="ruff-fix",
    title="Ruff auto-fix",
    shown="ruff check --fix",
    code="WSG512",
    help=_LINT_HELP,
    check=("check", "-q", "--diff", *_COMMON),
    write=("check", "-q", "--fix", "--exit-zero", *_COMMON),
    cost=40,
    quick=True,
    reported_by=_CHECK.name,
)
TOOL = Tool(
    name="ruff",
    steps=(_FORMAT, _FIX, _CHECK),
    settings=(".ruff.toml", "ruff.toml", "pyproject.toml"),
    configures=_configures,
    beyond_repository=True,
    extends=_extends,
    silenced="# noqa: {}",
    read=_read,
    options=_options,
    agreement={
        "ruff-format": "Leave out the rules that conflict with the formatter, such as `Q` and `COM812`",
    },
)
