"""The environment of a project whose settings name none: the activated one, its `.venv`, or that of wsgen."""

import os
import sys
from pathlib import Path

from wsgen.diagnostics import Diagnostic, Severity
from wsgen.environment import Environment, environment_at, running_environment
from wsgen.files import REPOSITORIES

_WORKSPACE = "uv.lock"
_VENV = ".venv"


def default_environment(root: Path) -> tuple[Environment, tuple[Diagnostic, ...]]:
    """Return the environment of the project at `root`, and a warning for each that has no interpreter.

    Its reason says why it is this one.
    """
    warnings: list[Diagnostic] = []
    for place, reason in _candidates(root):
        if found := environment_at(os.fspath(place), reason):
            return found, tuple(warnings)
        warnings.append(_broken(place, reason, root))
    return running_environment(), tuple(warnings)


def _candidates(root: Path) -> list[tuple[Path, str]]:
    found = []
    activated = os.environ.get("VIRTUAL_ENV")
    # pre-commit runs each hook in an environment of its own, which it names here.
    if activated and not ("PRE_COMMIT" in os.environ and Path(activated) == Path(sys.prefix)):
        found.append((Path(activated).absolute(), "VIRTUAL_ENV names it"))
    if folder := _folder_with_venv(root):
        shown = os.path.relpath(folder / _VENV, root)
        found.append((folder / _VENV, f"the project has {shown}"))
    return found


def _folder_with_venv(root: Path) -> Path | None:
    """Return the nearest folder from `root` upwards with a `.venv`, in its repository or uv workspace."""
    if os.path.lexists(f"{root}/{_VENV}"):
        return root
    found = None
    for folder in (root, *root.parents):
        if found is None and os.path.lexists(f"{folder}/{_VENV}"):
            found = folder
        if any(os.path.lexists(f"{folder}/{name}") for name in REPOSITORIES):
            return found
    return found if found and os.path.lexists(f"{found}/{_WORKSPACE}") else None


def _broken(place: Path, reason: str, root: Path) -> Diagnostic:
    shown = place.relative_to(root) if place.is_relative_to(root) else place
    there = os.path.lexists(place)
    what = "has no interpreter that can be started" if there else "does not exist"
    return Diagnostic(
        "WSG905",
        f"the environment {shown} is not used, because it {what} ({reason})",
        severity=Severity.WARNING,
        help="Create it anew, for example with `uv sync` or `python -m venv`.",
    )
