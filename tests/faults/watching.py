"""Folders that are moved in, out and renamed, saved and removed under `wsgen render --watch`."""

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.conftest import DATAFEED
from tests.faults.operations import environment
from tests.faults.projects import make_project
from tests.faults.table import Table

_MOVES = 40
_PATIENCE = 20.0


def moves(folder: Path, table: Table, chance: random.Random, share: float) -> None:
    """Move folders of modules at random, and wait after each move until the packages are as they should be."""
    root, away = folder / "project", folder / "away"
    make_project(root)
    away.mkdir()
    command = [sys.executable, "-m", "wsgen", "render", "--watch"]
    with subprocess.Popen(
        command, cwd=root, env=environment(), stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            while "Watching" not in process.stdout.readline():
                pass
            for number in range(max(1, round(_MOVES * share))):
                move = chance.choice(_KINDS)
                expected = move(root / "specs", away, number)
                lost = _wait(root / "specs", expected)
                if process.poll() is not None:
                    lost = f"it ended with {process.returncode}"
                table.add("moves under --watch", lost, f"move {number}: {move.__name__}")
                if process.poll() is not None:
                    return
        finally:
            process.terminate()


def _wait(specs: Path, expected: dict[str, bool]) -> str | None:
    """Wait until exactly the expected modules have a package, made from where they are now."""
    end = time.monotonic() + _PATIENCE
    found: dict[str, bool] = {}
    while time.monotonic() < end:
        found = {name: _is_rendered(specs / name, name) for name in expected}
        if found == expected:
            return None
        time.sleep(0.05)  # of a loop with an end, which looks for what the other process does
    return f"after {_PATIENCE:g} s the packages are {found}, not {expected}"


def _is_rendered(module: Path, name: str) -> bool:
    try:
        return f'"specs/{name}/ws.yaml"' in (module / "ws_generated/.wsgen.json").read_text()
    except OSError:
        return False


def _new(specs: Path, away: Path, number: int) -> dict[str, bool]:
    """Make a module elsewhere and move it in."""
    made = away / f"made{number}"
    made.mkdir()
    (made / "ws.yaml").write_text(DATAFEED)
    made.rename(specs / made.name)
    return {made.name: True}


def _rename(specs: Path, away: Path, number: int) -> dict[str, bool]:
    """Rename a module with its package, which is rendered for its new name."""
    _new(specs, away, number)
    _wait(specs, {f"made{number}": True})
    (specs / f"made{number}").rename(specs / f"named{number}")
    return {f"named{number}": True}


def _rename_during_a_run(specs: Path, away: Path, number: int) -> dict[str, bool]:
    """Rename a module while its package, which was deleted, is rendered."""
    _new(specs, away, number)
    _wait(specs, {f"made{number}": True})
    shutil.rmtree(specs / f"made{number}/ws_generated")
    time.sleep((number % 10) * 0.03)  # at another moment of the run each time
    (specs / f"made{number}").rename(specs / f"named{number}")
    return {f"named{number}": True}


def _move_out(specs: Path, away: Path, number: int) -> dict[str, bool]:
    """Move a module out of the project, and back without its source."""
    _new(specs, away, number)
    _wait(specs, {f"made{number}": True})
    (specs / f"made{number}").rename(away / f"out{number}")
    (away / f"out{number}/ws.yaml").unlink()
    (away / f"out{number}").rename(specs / f"made{number}")
    return {f"made{number}": False}


def _nested(specs: Path, away: Path, number: int) -> dict[str, bool]:
    """Move in a folder of folders of modules."""
    for name in ("one", "two"):
        made = away / f"group{number}/{name}"
        made.mkdir(parents=True)
        (made / "ws.yaml").write_text(DATAFEED)
    (away / f"group{number}").rename(specs / f"group{number}")
    return {f"group{number}/one": True, f"group{number}/two": True}


def _edit(specs: Path, away: Path, number: int) -> dict[str, bool]:
    """Make a module in place."""
    (specs / f"edited{number}").mkdir()
    (specs / f"edited{number}/ws.yaml").write_text(DATAFEED)
    return {f"edited{number}": True}


_KINDS: tuple[Callable[[Path, Path, int], dict[str, bool]], ...] = (
    _new,
    _rename,
    _rename_during_a_run,
    _move_out,
    _nested,
    _edit,
)
