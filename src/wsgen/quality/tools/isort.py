"""isort, which sorts imports: it takes the settings nearest to the first of its paths.

By default isort wraps lines in a way that black and ruff never accept, so no text would satisfy both. Where a
project says nothing, isort is asked for the style that they agree on. It is also told the folders that the
project's packages are imported from: isort takes a package elsewhere for one of a third party, ruff may not.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from wsgen.environment import Environment
from wsgen.files import bytes_of
from wsgen.quality.problems import read_rewriter
from wsgen.quality.settings_files import Home, has_table, tool_table
from wsgen.quality.tools.tool import FORMATTERS, NOT_PYTHON, Step, Tool

if TYPE_CHECKING:  # only runs of tools need it
    from wsgen.quality.workbench import Workbench

BLACK_STYLE = ("--profile", "black")
"""Options for imports as black and ruff format them."""

_SECTION = rb"^\[(tool:)?isort\]"
_PYTHON_FILES = rb"^\[(\*|\*\*?\.py|\*\.\{([^}\n]*[, ])?py[, }].*)\]"
_ROOTS = ("src_paths", "known_first_party")
_ROOTS_IN_INI = rb"^(src_paths|known_first_party)[ \t]*[=:]"

_BLACK_PROFILE = 'Set `profile = "black"` in [tool.isort]'
_ONE_SORTER = (
    "Leave ruff's rule `I` out of its settings, or repeat the settings of [tool.isort] in "
    "[tool.ruff.lint.isort], such as `force-single-line` for `force_single_line`"
)


def _configures(file: Path, _: Environment) -> bool:
    if file.name == "pyproject.toml":
        return has_table(file, "isort")
    if file.name == ".isort.cfg":
        return True
    pattern = _PYTHON_FILES if file.name == ".editorconfig" else _SECTION
    return re.search(pattern, bytes_of(file) or b"", re.MULTILINE) is not None


def _options(home: Home | None, bench: Workbench) -> tuple[str, ...]:
    file = home.file if home is not None else None
    configured = file is not None and file.name != ".editorconfig"
    style = () if configured or FORMATTERS.isdisjoint(bench.steps) else BLACK_STYLE
    roots = [] if _says_roots(file) else bench.roots_beside(file.parent if file else bench.root)
    return (*style, *(option for folder in roots for option in ("--src", folder)))


def _says_roots(file: Path | None) -> bool:
    """Return whether the settings in `file` tell isort which packages are the project's own."""
    if file is None:
        return False
    if file.suffix == ".toml":
        return not tool_table(file, "isort").keys().isdisjoint(_ROOTS)
    return re.search(_ROOTS_IN_INI, bytes_of(file) or b"", re.MULTILINE) is not None


TOOL = Tool(
    name="isort",
    steps=(
        Step(
            name="isort",
            title="Isort import sorting",
            shown="isort",
            code="WSG510",
            help=NOT_PYTHON,
            check=("-q", "--check-only"),
            write=("-q",),
            cost=25,
        ),
    ),
    settings=(".isort.cfg", "pyproject.toml", "setup.cfg", "tox.ini", ".editorconfig"),
    configures=_configures,
    read=read_rewriter,
    options=_options,
    agreement={
        "black": _BLACK_PROFILE,
        "ruff-format": _BLACK_PROFILE,
        "ruff-fix": _ONE_SORTER,
    },
    # With several jobs it waits for ever for a worker that was killed.
    workers="parts",
)
