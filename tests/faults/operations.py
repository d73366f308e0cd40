"""Every file operation of a command: killed before it, and refused by the system once and for good."""

import os
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.injected import ERRORS, KILL
from tests.faults.projects import CHANGED, OUT, Change, is_temporary, make_project, tree_of
from tests.faults.table import Table
from tests.forks import Forks, forks

ROOT = Path(__file__).parents[2]
_WARM = """
from tests.faults.injected import run_with_fault
import wsgen.cli.main, wsgen.commit.apply, wsgen.load, wsgen.migrate, wsgen.pipeline.conclusion
import wsgen.quality.run, wsgen.outputs
"""
_IMPORT = """
os.chdir(argument)
sys.path[:0] = [argument, argument + "/src"]
import specs.datafeed.ws_generated as package
for name in package.__all__:
    getattr(package, name)
"""

COMMANDS = {
    "render anew": ("render",),
    "render a change": ("render",),
    "render with a tool": ("render",),
    "clean": ("clean",),
    "migrate": ("migrate", "--remove-aliases"),
    "init": ("init", "orders"),
}
"""What is tried, each in a project of its own."""


def environment() -> dict[str, str]:
    """Return what processes are run with: the modules of tests, and no bytecode."""
    path = os.pathsep.join((str(ROOT / "src"), str(ROOT)))
    return {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1"}


@contextmanager
def warm(folder: Path) -> Iterator[tuple[Forks, Forks]]:
    """Yield the interpreters that run commands, and that import packages."""
    running = forks(
        before=_WARM, code="run_with_fault(argument)", root=folder, environment=environment()
    )
    importing = forks(
        before="import pydantic, wsgen_runtime",
        code=_IMPORT,
        root=folder,
        environment=environment(),
    )
    with running as first, importing as second:
        yield first, second


def changes(folder: Path, running: Forks) -> Iterator[Change]:
    """Yield the commands that are tried, each with a project of its own."""
    for name, arguments in COMMANDS.items():
        template = folder / "templates" / name.replace(" ", "-") / "project"
        make_project(template, steps='["ruff-format"]' if name == "render with a tool" else "[]")
        if name != "render anew":
            _run(running, template.parent, "render")
        if name in ("render a change", "render with a tool"):
            (template / "specs/datafeed/ws.yaml").write_text(CHANGED)
        before = tree_of(template)
        tried = folder / "expected" / name.replace(" ", "-")
        change = Change(name, arguments, template, before, {})
        change.copy_to(tried)
        assert _run(running, tried, *arguments) == 0, (tried / "printed").read_text()
        yield Change(name, arguments, template, before, tree_of(tried / "project"))


def try_operations(folder: Path, table: Table, chance: random.Random, share: float) -> None:
    """Try every operation of every command, or a random `share` of them."""
    with warm(folder) as (running, importing):
        for change in changes(folder, running):
            for fault in (KILL, *ERRORS):
                for how in ("once",) if fault == KILL else ("once", "good"):
                    points = _operations(folder, running, change, fault)
                    for point in range(1, points + 1):
                        if chance.random() < share:
                            lost = _try(folder, running, importing, change, fault, point, how)
                            what = f"{fault} {'for good' if how == 'good' else ''}".strip()
                            table.add(what, lost, f"{change.name}, operation {point}")


def _operations(folder: Path, running: Forks, change: Change, fault: str) -> int:
    """Return how many operations of the command could fail so."""
    place = folder / "counted"
    change.copy_to(place)
    _run(running, place, *change.arguments, fault=fault)
    return int((place / "count").read_text())


def _try(
    folder: Path,
    running: Forks,
    importing: Forks,
    change: Change,
    fault: str,
    point: int,
    how: str,
) -> str | None:
    """Return what was lost, None if nothing was."""
    place = folder / "tried"
    root = change.copy_to(place)
    code = _run(running, place, *change.arguments, fault=fault, point=point, how=how)
    printed = (place / "printed").read_text("utf-8", "replace")
    if fault == KILL:
        if code != -signal.SIGKILL:
            return f"ended with {code}"
    elif code not in (0, 1, 2):
        return f"ended with {code}: {printed[-300:]}"
    elif "Traceback" in printed:
        return f"printed a traceback: {printed[-500:]}"
    elif code and "error" not in printed:
        return f"ended with {code} and said nothing"
    if harm := change.harm(root):
        return harm
    left = [name for name in tree_of(root) if is_temporary(name) and name.endswith(".tmp")]
    if fault == "ENOSPC" and left:
        return f"left {', '.join(left)}"
    if (root / OUT / "__init__.py").exists() and importing.run(root) != [0]:
        return "the package cannot be imported"
    again = _run(running, place, *change.arguments)
    if again != 0:
        return f"the next run ended with {again}: {(place / 'printed').read_text()[-300:]}"
    return change.difference(root)


def _run(
    running: Forks,
    place: Path,
    *arguments: str,
    fault: str = KILL,
    point: int = 0,
    how: str = "once",
) -> int:
    (place / "tmp").mkdir(exist_ok=True)
    [code] = running.run(f"{place}|{fault}|{point}|{how}|{','.join(arguments)}")
    return code
