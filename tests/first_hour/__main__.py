"""Go through the first hour in each kind of project: `python -m tests.first_hour [--wheels FOLDER] [KIND...]`.

Both wheels are built and installed into fresh environments. In each, what `wsgen init` prints is done as it
stands; a client must then get an update from what was rendered, `wsgen check` must pass, and fail after a typo.
"""
# ruff: noqa: T201 - a program prints

import argparse
import os
import shlex
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tests.first_hour import projects
from tests.first_hour.environments import (
    AS_ANYBODY,
    Environment,
    Wheels,
    with_pip,
    with_uv,
)
from tests.first_hour.printed import Printed
from tests.first_hour.serving import page_of, served, update_of
from tests.tutorial.__main__ import follow as follow_tutorial
from tests.wheel import build, built

TYPO = ("summary:", "sumary:")


def in_a_project(kind: projects.Kind) -> Callable[[Path, Wheels], str]:
    """Return the hour in a project that exists."""

    def hour(folder: Path, wheels: Wheels) -> str:
        begun = kind(folder, wheels)
        printed = follow(begun.environment, begun.folder)
        pass_and_fail(begun.environment, begun.root, printed.source(begun.folder), begun.gate)
        return "an update"

    return hour


def empty_folder(folder: Path, wheels: Wheels) -> str:
    """Begin with nothing, as the README says, and take the time."""
    folder.mkdir()
    environment, began = with_pip(folder, *wheels.requirements("quality,runtime"))
    printed = follow(environment, folder)
    seconds = time.monotonic() - began
    pass_and_fail(environment, folder, printed.source(folder))
    return f"{seconds:.1f} s from `pip install` to the first update"


def read_only(folder: Path, wheels: Wheels) -> str:
    """Serve a project where nothing can be written and no tool is installed, only what production needs."""
    made = folder / "made"
    made.mkdir(parents=True)
    environment = with_uv(made, *wheels.requirements("quality,runtime"))
    printed = Printed(environment.wsgen("init", "market", cwd=made))
    environment.wsgen("render", cwd=made)

    installed = folder / "installed"
    shutil.copytree(made, installed, ignore=shutil.ignore_patterns(".venv", ".wsgen_cache"))
    production = with_uv(folder / "production", *wheels.requirements(""))
    for path in (installed, *installed.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    prefix = AS_ANYBODY if os.geteuid() == 0 else ()
    with served(production, printed.serve, installed, prefix=prefix) as address:
        update_of(production, address, printed.endpoint, "market")

    bare = with_uv(folder / "bare", *wheels.requirements())  # the generator, no tools
    written = sorted(installed.rglob("*"))
    command = [*prefix, "wsgen", "check", "--no-quality"]
    bare.run(command, installed)
    source = printed.source(installed)
    source.chmod(0o644)
    source.write_text(source.read_text().replace(*TYPO))
    assert "sumary" in bare.run(command, installed, code=1)
    assert sorted(installed.rglob("*")) == written
    for path in installed.rglob("*"):
        path.chmod(0o755)
    return "an update"


def tutorial(folder: Path, wheels: Wheels) -> str:
    """Follow the tutorial as it is written, up to its chart."""
    folder.mkdir()
    follow_tutorial({"wsgen": wheels.wsgen, "wsgen-runtime": wheels.runtime}, folder, folder)
    return "candles that move in a browser"


def follow(environment: Environment, folder: Path) -> Printed:
    """Do what `wsgen init` prints, as it stands, up to an update and the page."""
    printed = Printed(environment.wsgen("init", "market", cwd=folder))
    printed.add_lines(folder)
    for command in printed.commands:
        environment.run(shlex.split(command), folder)
    with served(environment, printed.serve, folder) as address:
        update = update_of(environment, address, printed.endpoint, "market")
        assert '"symbol": "AAPL"' in update, update
        assert "<title>" in page_of(environment, address, printed.endpoint)
    return printed


def pass_and_fail(
    environment: Environment, root: Path, source: Path, gate: tuple[str, ...] = ("check",)
) -> None:
    """Let the gate pass, then make a typo and let it fail with its place."""
    environment.wsgen(*gate, cwd=root)
    source.write_text(source.read_text().replace(*TYPO))
    said = environment.wsgen(*gate, cwd=root, code=1)
    assert f"{source.relative_to(root).as_posix()}:" in said, said
    assert "sumary" in said, said
    assert "summary" in said, said


KINDS: dict[str, Callable[[Path, Wheels], str]] = {
    "an empty folder": empty_folder,
    "uv, src layout": in_a_project(projects.uv_src),
    "poetry, flat layout": in_a_project(projects.poetry_flat),
    "requirements.txt": in_a_project(projects.requirements),
    "a uv workspace from its root": in_a_project(projects.workspace_root),
    "a member of a uv workspace": in_a_project(projects.workspace_member),
    "ruff only": in_a_project(projects.ruff_only),
    "ruff and pyright": in_a_project(projects.ruff_and_pyright),
    "all seven steps": in_a_project(projects.all_seven),
    "wsgen as a tool of uv": in_a_project(projects.wsgen_as_a_tool),
    "read-only, without tools": read_only,
    "the tutorial": tutorial,
}


def main() -> bool:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", help=", ".join(KINDS))
    parser.add_argument(
        "--wheels", type=Path, help="a folder with both wheels, which are built otherwise"
    )
    asked = parser.parse_args()
    chosen = [k for k in KINDS if not asked.kinds or any(word in k for word in asked.kinds)]
    with tempfile.TemporaryDirectory() as place:
        dist = asked.wheels or Path(place, "dist")
        if asked.wheels is None:
            dist.mkdir()
            build(dist)
        found = built(dist)
        wheels = Wheels(found["wsgen"], found["wsgen-runtime"])
        folders = [Path(place, f"project{number}") for number in range(len(chosen))]
        print("| project | result | seconds |\n|---|---|---|", flush=True)
        # The first is timed, and runs alone; of the others, two at once.
        good = [_passes(*each, wheels) for each in zip(chosen[:1], folders[:1], strict=True)]
        with ThreadPoolExecutor(2) as others:
            good += others.map(partial(_passes, wheels=wheels), chosen[1:], folders[1:])
    return all(good)


def _passes(kind: str, folder: Path, wheels: Wheels) -> bool:
    began, said = time.monotonic(), ""
    try:
        result = KINDS[kind](folder, wheels)
    except Exception as error:  # what went wrong is told below the table's row
        result, said = "FAILED", f"{type(error).__name__}: {error}"
    print(f"| {kind} | {result} | {time.monotonic() - began:.1f} |", flush=True)
    if said:
        print(said, file=sys.stderr, flush=True)
    return not said


if __name__ == "__main__":
    sys.exit(not main())
