"""flake8, the linter: it reads the settings nearest to its working directory.

By default flake8 rejects lines that black and ruff write. Where a project says nothing, layout is left to the
formatter among the steps.
"""

from __future__ import annotations

import re
from functools import partial
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from wsgen.files import bytes_of
from wsgen.quality.problems import read_lines
from wsgen.quality.settings_files import Home, settings_files
from wsgen.quality.tools.tool import FORMATTERS, Step, Tool

if TYPE_CHECKING:  # only runs of tools need it
    from wsgen.quality.workbench import Workbench

_SETTINGS = ("setup.cfg", "tox.ini", ".flake8")
_SECTION = rb"^\[flake8(:local-plugins)?\]"
_FORMATTED = ("--extend-ignore=E203,E501,E701,W503",)
"""Leaves line lengths to a formatter, and spaces and line ends where flake8 wants others."""

_LINE = r"(?P<path>.+?):(?P<line>\d+):(?P<column>\d+): (?P<rule>[A-Z]+\d+) (?P<message>.*)"
_PLUGIN = r"[=\s]([\w.]+):\w"
_PATHS = r"^paths?[ \t]*=[ \t]*([^\n]*(?:\n[ \t]+[^\n]*)*)"


def _extends(data: bytes) -> list[str]:
    """Return the project's own plugins. A search that finds too much only adds a file to a digest."""
    if b"local-plugins" not in data:
        return []
    text = data.decode("utf-8", "replace")
    modules = [name.replace(".", "/") for name in re.findall(_PLUGIN, text)]
    values = re.findall(_PATHS, text, re.MULTILINE)
    folders = [".", *(name for value in values for name in re.split(r"[\s,]+", value) if name)]
    names = (f"{folder}/{module}" for folder, module in product(folders, modules))
    return [file for name in names for file in (f"{name}.py", f"{name}/__init__.py")]


def _options(_: Home | None, bench: Workbench) -> tuple[str, ...]:
    if FORMATTERS.isdisjoint(bench.steps) or _is_configured(bench.root):
        return ()
    return _FORMATTED


def _excepted(bench: Workbench) -> str:
    """Return the setting, unless a section for it would end what wsgen adds.

    A comment in the file would be taken for a useless one by ruff, which may not know the rule.
    """
    if _options(None, bench):
        return ""
    return "add `*/ws_generated/*:{}` to `per-file-ignores` under `[flake8]`"


def _is_configured(root: Path) -> bool:
    texts = (bytes_of(file) or b"" for file in settings_files(root / "any", _SETTINGS))
    return any(re.search(_SECTION, text, re.MULTILINE) for text in texts)


TOOL = Tool(
    name="flake8",
    steps=(
        Step(
            name="flake8",
            title="Flake8 linting",
            shown="flake8",
            code="WSG511",
            help="Correct the source, or let flake8 ignore the rule for this path in its configuration.",
            check=(
                "--format=%(path)s:%(row)d:%(col)d: %(code)s %(text)s",
                "--color=never",
                "--no-show-source",
                "--jobs=1",
            ),
            cost=20,
        ),
    ),
    settings=_SETTINGS,
    options=_options,
    extends=_extends,
    excepted=_excepted,
    read=partial(read_lines, pattern=_LINE),
    companions=("flake8", "pep8", "pycodestyle", "pyflakes", "mccabe"),
    # With several jobs it waits for ever for a worker that was killed.
    workers="parts",
)
