"""SIGKILL at a random moment of a run with real tools, and edits while the tools run."""

import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.faults.operations import environment
from tests.faults.projects import CHANGED, OUT, make_project, tree_of
from tests.faults.table import Table

_ROUNDS = 60
_STEPS = '["black", "ruff-format", "flake8", "ruff-check", "isort"]'
_PATIENCE = 120.0


def kills_at_random(folder: Path, table: Table, chance: random.Random, share: float) -> None:
    """Kill a run that renders a change, and edit the source of one, at random moments of its usual duration."""
    template, expected = folder / "template", folder / "expected"
    make_project(template, steps=_STEPS)
    _render(template)
    (template / "specs/datafeed/ws.yaml").write_text(CHANGED)
    shutil.copytree(template, expected)
    began = time.monotonic()
    _render(expected)
    usual = time.monotonic() - began
    for number in range(max(1, round(_ROUNDS * share))):
        root = folder / "tried"
        for what in ("SIGKILL at a random moment", "the source edited at a random moment"):
            shutil.rmtree(root, ignore_errors=True)
            shutil.copytree(template, root)
            moment = chance.random() * usual
            lost = _kill(root, expected, moment) if "KILL" in what else _edit(root, moment)
            table.add(what, lost, f"round {number}, after {moment:.3f} s of {usual:.3f} s")


def _kill(root: Path, expected: Path, moment: float) -> str | None:
    with _started(root) as process:
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()
    if process.returncode not in (0, -signal.SIGKILL):
        return f"ended with {process.returncode}"
    again = _render(root)
    if again.returncode != 0:
        return f"the next run ended with {again.returncode}: {again.stderr[-300:]}"
    if tree_of(root) != tree_of(expected):
        return "the next run did not complete the work"
    return None


def _edit(root: Path, moment: float) -> str | None:
    """Save another route at `moment`: what `check` then calls current must say it."""
    source = root / "specs/datafeed/ws.yaml"
    with _started(root) as process:
        time.sleep(moment)  # the moment of the edit, not a way to wait for something
        source.write_text(CHANGED.replace("candles", "later"))
        _, errors = process.communicate(timeout=_PATIENCE)
    if process.returncode not in (0, 1):
        return f"ended with {process.returncode}: {errors[-300:]}"
    check = _wsgen(root, "check")
    current = '"later"' in (root / OUT / "barwsrouter.py").read_text()
    if check.returncode == 0 and not current:
        return "check calls a package current that is not"
    if _render(root).returncode != 0:
        return "the next run failed"
    if '"later"' not in (root / OUT / "barwsrouter.py").read_text():
        return "the next run did not render the edit"
    return None


def _started(root: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "wsgen", "render"],
        cwd=root,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _render(root: Path) -> "subprocess.CompletedProcess[str]":
    return _wsgen(root, "render")


def _wsgen(root: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "wsgen", *arguments],
        cwd=root,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )
