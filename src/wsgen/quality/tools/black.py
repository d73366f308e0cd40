"""black, the formatter: it takes the settings of the nearest folder that all its paths have in common."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from wsgen.environment import Environment
from wsgen.installed import version_numbers
from wsgen.quality.problems import read_rewriter
from wsgen.quality.settings_files import has_table
from wsgen.quality.tools.tool import NOT_PYTHON, Step, Tool

if TYPE_CHECKING:  # only runs of tools need it
    from wsgen.quality.workbench import Workbench

_IGNORES_PLAIN_TOML = (24, 2)
"""The version since which black passes over a `pyproject.toml` without a section for it."""

_UNREADABLE = (
    r"error: cannot (?:format|parse):? (?P<path>.+?):(?:(?P<line>\d+):(?P<column>\d+))?"
    r"(?:: | |$)(?P<message>.*)"
)


def _configures(file: Path, environment: Environment) -> bool:
    return version_numbers("black", environment) < _IGNORES_PLAIN_TOML or has_table(file, "black")


def _environment(bench: Workbench) -> Mapping[str, str]:
    return {"BLACK_CACHE_DIR": os.fspath(bench.mirror.scratch / "black")}


TOOL = Tool(
    name="black",
    steps=(
        Step(
            name="black",
            title="Black formatting",
            shown="black",
            code="WSG510",
            help=NOT_PYTHON,
            check=("--check",),
            write=("-q", "--safe"),
            cost=30,
            # In its safe mode black formats what it has formatted, and fails if that makes a difference.
            stable=True,
        ),
    ),
    settings=("pyproject.toml",),
    configures=_configures,
    read=partial(read_rewriter, unreadable=[_UNREADABLE]),
    environment=_environment,
    workers="--workers",
)
