"""The project that faults happen to, and what is true of it whatever happens."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import DATAFEED, MODELS

OUT = "specs/datafeed/ws_generated"
CHANGED = DATAFEED.replace("route: bars", "route: candles").replace("QuoteWs", "OfferWs")
ALIASES = """\
from typing import TypeAlias

from wsgen_runtime import WsRouter

from app.models import Bar, BarRequest

TickWsRouter: TypeAlias = WsRouter[BarRequest, Bar]


def other() -> int:
    return 1
"""
_NOT_COMPARED = {".wsgen_cache", "__pycache__", ".ruff_cache", ".mypy_cache"}

Tree = Mapping[str, bytes]


def make_project(root: Path, *, steps: str = "[]") -> None:
    """Write a project with one module that has a ws.yaml and one that has a ws.py."""
    files = {
        "pyproject.toml": f'[tool.wsgen]\npaths = ["specs"]\nquality.steps = {steps}\n',
        "src/app/__init__.py": "",
        "src/app/models.py": MODELS,
        "specs/datafeed/ws.yaml": DATAFEED,
        "specs/ticks/ws.py": ALIASES,
        f"{OUT}/notes.txt": "of somebody else\n",
    }
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")


def tree_of(root: Path) -> dict[str, bytes]:
    """Return the bytes of all files but those of caches."""
    return {
        file.relative_to(root).as_posix(): file.read_bytes()
        for file in sorted(root.rglob("*"))
        if file.is_file() and not _NOT_COMPARED & set(file.relative_to(root).parts)
    }


def is_temporary(name: str) -> bool:
    """Return whether a file is one that only a run in progress needs."""
    last = name.rpartition("/")[2]
    return last.startswith(".wsgen-") or last == ".wsgen.json.next"


@dataclass(frozen=True)
class Change:
    """A command that takes a project from one tree to another, and where copies of it are tried."""

    name: str
    arguments: tuple[str, ...]
    template: Path
    before: Tree
    after: Tree

    def copy_to(self, folder: Path) -> Path:
        """Make a fresh copy of the project in `folder`, beside an empty temporary folder."""
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "tmp").mkdir(parents=True)
        shutil.copytree(self.template, folder / "project", symlinks=True)
        return folder / "project"

    def harm(self, root: Path) -> str | None:
        """Return what is neither as before nor as after the command, None if all is one or the other."""
        now = tree_of(root)
        for name in sorted(now.keys() | self.before.keys() | self.after.keys()):
            if is_temporary(name) or name.endswith("/.wsgen.json"):
                continue  # only wsgen reads it: a wrong one makes a package stale, and the next run puts it right
            if now.get(name) not in (self.before.get(name), self.after.get(name)):
                return f"{name} is neither what it was nor what it should become"
        return None

    def difference(self, root: Path) -> str | None:
        """Return what is not as after the command, None if all is."""
        now = tree_of(root)
        if now == self.after:
            return None
        return "not completed: " + ", ".join(
            name
            for name in sorted(now.keys() | self.after.keys())
            if now.get(name) != self.after.get(name)
        )
