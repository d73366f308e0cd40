"""Real disks with little room: the project's, the temporary folder's and the cache's, each with all tools."""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.operations import environment
from tests.faults.projects import CHANGED, make_project, tree_of
from tests.faults.table import Table

_ROUNDS = 10
_STEPS = '["black", "ruff-format", "ruff-fix", "flake8", "ruff-check", "mypy", "isort"]'
_PATIENCE = 300.0


def full_disks(folder: Path, table: Table, chance: random.Random, share: float) -> None:
    """Render a change with from 0 to 400 KiB free where the project, what is temporary or the cache is."""
    for where in ("project", "tmp", "cache"):
        what = f"the disk of the {'temporary folder' if where == 'tmp' else where} full"
        for number in range(max(1, round(_ROUNDS * share))):
            room = 4 * chance.randrange(100)
            try:
                lost = _one(folder / f"{where}-{number}", where, room)
            except subprocess.CalledProcessError:
                table.left_out[what] = "only root can make a disk"
                return
            table.add(what, lost, f"{room} KiB free")


def _one(folder: Path, where: str, room: int) -> str | None:
    root, tmp = folder / "project", folder / "tmp"
    for place in (root, tmp):
        place.mkdir(parents=True)
    disk = root / ".wsgen_cache" if where == "cache" else folder / where
    disk.mkdir(exist_ok=True)
    with _disk(disk):
        make_project(root, steps=_STEPS if where != "project" else '["ruff-format"]')
        if where == "project":
            _render(root, tmp)
        (root / "specs/datafeed/ws.yaml").write_text(CHANGED)
        before = {name: data for name, data in tree_of(root).items() if "ws_generated" not in name}
        with _filled(disk, room):
            ended = _render(root, tmp)
            if where == "cache" and ended.returncode != 0:
                return f"ended with {ended.returncode}: {ended.stderr[-600:]}"
            if ended.returncode not in (0, 1, 2) or "Traceback" in ended.stderr:
                return f"ended with {ended.returncode}: {ended.stderr[-600:]}"
            if ended.returncode and "No space left" not in ended.stderr:
                return f"the reason is not named: {ended.stderr[-600:]}"
            if left := [name for name in tree_of(root) if name.endswith(".tmp")]:
                return f"left {left}"
        again = _render(root, tmp)
        if again.returncode != 0:
            return f"the next run ended with {again.returncode}: {again.stderr[-600:]}"
        now = tree_of(root)
        if any(now.get(name) != data for name, data in before.items()):
            return "a file of somebody else was harmed"
        if list(tmp.iterdir()) != []:
            return f"left {os.listdir(tmp)} in the temporary folder"
    shutil.rmtree(folder)
    return None


@contextmanager
def _disk(place: Path) -> Iterator[None]:
    """Mount a disk of some MiB at `place`. Raises CalledProcessError if that is not allowed."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "faults", str(place)]
    subprocess.run(mount, check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", place], check=True)


@contextmanager
def _filled(place: Path, room: int) -> Iterator[None]:
    """Fill the disk at `place` but for `room` KiB."""
    free = os.statvfs(place).f_bavail * os.statvfs(place).f_frsize
    filling = place / "filling.bin"
    with open(filling, "wb") as stream:
        stream.write(b"\0" * max(0, free - room * 1024))
    try:
        yield
    finally:
        filling.unlink()


def _render(root: Path, tmp: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "wsgen", "render"],
        cwd=root,
        env={**environment(), "TMPDIR": str(tmp)},
        capture_output=True,
        text=True,
        timeout=_PATIENCE,
        check=False,
    )
