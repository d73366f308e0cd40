"""Twenty processes that start at once, alone and while somebody deletes the cache or edits the source."""

import random
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.faults.operations import environment
from tests.faults.projects import CHANGED, OUT, make_project, tree_of
from tests.faults.table import Table
from tests.forks import Forks, forks

_PROCESSES = 20
_ROUNDS = 20
_STATES = ("fresh", "stale")
_WARM = """
import pydantic, wsgen_runtime
import wsgen.api, wsgen.commit.apply, wsgen.load, wsgen.pipeline.conclusion, wsgen.quality.run, wsgen.outputs
from wsgen import generate_module_routers
import logging
logging.getLogger("wsgen").setLevel(logging.ERROR)
def hook(event, arguments):
    if event == "os.rename" and str(arguments[1]).endswith("barwsrouter.py"):
        with open("writers.log", "a") as log:
            log.write(f"{os.getpid()}\\n")
sys.addaudithook(hook)
"""
_START = """
os.chdir(argument)
sys.path[:0] = [argument, argument + "/src"]
assert generate_module_routers("datafeed")
import specs.datafeed.ws_generated as package
for name in package.__all__:
    getattr(package, name)
"""


def crowds(folder: Path, table: Table, chance: random.Random, share: float) -> None:
    """Let twenty processes start on a package that is not there, and on one that is stale."""
    for what in DISTURBANCES:
        start_together(folder, table, what, rounds=max(1, round(_ROUNDS * share)))


def start_together(
    folder: Path, table: Table, what: str, *, rounds: int, states: Sequence[str] = _STATES
) -> None:
    """Let twenty processes start while somebody does `what`, one of DISTURBANCES."""
    with forks(before=_WARM, code=_START, root=folder, environment=environment()) as starting:
        for number in range(rounds):
            for state in states:
                root = folder / f"{number}-{state}"
                lost = _one(root, starting, DISTURBANCES[what], stale=state == "stale")
                table.add(what, lost, f"round {number}, {state}")
                shutil.rmtree(root)


def _one(
    root: Path, starting: Forks, meanwhile: Callable[[Path], None] | None, *, stale: bool
) -> str | None:
    make_project(root, steps='["ruff-format"]')
    if stale:
        if starting.run(root) != [0]:
            return "the first run failed"
        (root / "specs/datafeed/ws.yaml").write_text(CHANGED)
        (root / "writers.log").unlink()
    with _again_and_again(meanwhile, root):
        codes = starting.run(root, times=_PROCESSES)
    writers = (root / "writers.log").read_text().split()
    if codes != [0] * _PROCESSES:
        return f"ended with {sorted(codes)}"
    if meanwhile is not _edit and len(writers) != 1:
        return f"{len(writers)} processes wrote"
    if starting.run(root) != [0]:
        return "the next run failed"
    left = [name for name in tree_of(root / OUT) if name.startswith(".wsgen-")]
    return f"left {left}" if left else None


@contextmanager
def _again_and_again(action: Callable[[Path], None] | None, root: Path) -> Iterator[None]:
    """Do `action` in a thread until the end."""
    ended = threading.Event()

    def act() -> None:
        while action is not None and not ended.wait(0.002):
            action(root)

    thread = threading.Thread(target=act)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _delete_cache(root: Path) -> None:
    shutil.rmtree(root / ".wsgen_cache", ignore_errors=True)


def _edit(root: Path) -> None:
    """Save the source with another comment, as an editor does: by a new file."""
    source = root / "specs/datafeed/ws.yaml"
    new = source.with_name("ws.yaml~")
    new.write_text(CHANGED + f"# {random.random()}\n")
    new.replace(source)


DISTURBANCES: dict[str, Callable[[Path], None] | None] = {
    "20 processes at once": None,
    "20 processes and the cache deleted meanwhile": _delete_cache,
    "20 processes and the source edited meanwhile": _edit,
}
