"""Whether a project says how isort is to format imports.

Left to itself isort wraps lines in a way that black and ruff never accept, so no text would satisfy both. Where a
project says nothing, isort is asked for the style that they agree on; wherever plain isort could agree
with them, that style is the same.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from wsgen.files import read_text
from wsgen.quality.settings import settings_files

BLACK_STYLE = ("--profile", "black")
"""Options of isort for imports as black and ruff format them."""

_FORMATTERS = frozenset({"black", "ruff-format"})
_SECTION = re.compile(r"^\s*\[(tool[.:])?isort\b", re.MULTILINE)
_NOT_ISORTS = frozenset({".editorconfig", ".flake8", "mypy.ini", ".mypy.ini"})


def isort_options(root: Path, outputs: Iterable[Path], steps: Iterable[str]) -> tuple[str, ...]:
    """Return the options to add for files in `outputs`: none if any setting for isort exists."""
    if _FORMATTERS.isdisjoint(steps):
        return ()
    known: dict[str, tuple[str, ...]] = {}
    found = {path for output in outputs for path in settings_files(root, output, known=known)}
    return () if any(_configures_isort(path) for path in found) else BLACK_STYLE


def _configures_isort(path: Path) -> bool:
    if path.name == ".isort.cfg":
        return True
    if path.name in _NOT_ISORTS or "ruff" in path.name:
        return False
    try:
        return _SECTION.search(read_text(path)) is not None
    except (OSError, ValueError):
        # isort cannot read it either.
        return False
