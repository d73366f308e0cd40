"""Give the example's documents to each tool: `python -m tests.interop [TOOL...]`; exits with 1 if one fails."""
# ruff: noqa: T201 - a program prints

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import replace

from benchmarks.results import write_between_markers

from tests.example.clones import EXAMPLE, serving
from tests.interop import clients, models, pages, whole_documents
from tests.interop.rows import Check, Row
from tests.interop.workplace import ROOT, VENV, ToolError, Workplace

TOOLS: dict[str, Check] = {
    "parser": whole_documents.parser,
    "javascript": clients.javascript,
    "python": clients.python,
    "dart": clients.dart,
    "java": clients.java,
    "modelina": models.modelina,
    "datamodel-code-generator": models.datamodel_code_generator,
    "front-end": models.front_end,
    "html": pages.html,
    "markdown": pages.markdown,
    "optimizer": whole_documents.optimizer,
    "diff": whole_documents.diff,
    "converter": whole_documents.converter,
    "bundler": whole_documents.bundler,
    "spectral": whole_documents.spectral,
}
HEAD = ("| tool | AsyncAPI | asked | what came |  |", "| --- | --- | --- | --- | --- |")
PAGE = ROOT / "docs/reference/asyncapi-tools.md"


def main(names: list[str], *, write: bool) -> int:
    print(*HEAD, sep="\n", flush=True)
    rows: list[Row] = []
    folder = ROOT / "build/interop"
    folder.mkdir(parents=True, exist_ok=True)
    with serving(EXAMPLE, folder, WSGEN="check", TRADING_API_TICK="0.05") as server:
        server.wait_for("Uvicorn running on")
        place = Workplace(folder / "results", f"127.0.0.1:{server.port}")
        place.make()
        for name in names:
            started = time.monotonic()
            for row in rows_of(name, place):
                rows.append(row)
                print(line_of(row), flush=True)
            print(f"{name}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    if write:
        write_between_markers(PAGE, "tools", "\n".join([*HEAD, *map(line_of, merged(rows))]))
    return 1 if any(row.bad for row in rows) else 0


def rows_of(name: str, place: Workplace) -> Iterator[Row]:
    """Yield the rows of a tool; an error of its own is a row that fails."""
    try:
        yield from TOOLS[name](place)
    except (ToolError, AssertionError, LookupError, ValueError) as error:
        last = [line for line in f"{error}".splitlines() if line.strip()][-3:]
        yield Row(name, "", "", "an error", " ".join(last) or type(error).__name__)


def line_of(row: Row) -> str:
    """Return the line of a row in the table."""
    cells = [*row.cells(), "**fails**" if row.bad else "passes"]
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def merged(rows: list[Row]) -> list[Row]:
    """Return the rows of a tool that differ in the version only as one row."""
    versions: dict[Row, list[str]] = {}
    for row in rows:
        versions.setdefault(replace(row, asyncapi=""), []).append(row.asyncapi)
    return [replace(row, asyncapi=", ".join(found)) for row, found in versions.items()]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tools", nargs="*", help=", ".join(TOOLS))
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name}")
    options = parser.parse_args()
    if not (VENV / ".ready").exists():
        sys.exit("the tools are not installed: run `make interop`")
    unknown = set(options.tools) - set(TOOLS)
    if unknown or (options.write and options.tools):
        parser.error(f"unknown: {', '.join(unknown)}" if unknown else "--write needs all tools")
    sys.exit(main(options.tools or list(TOOLS), write=options.write))
