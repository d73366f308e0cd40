"""Measure the runtime against its budgets: `python -m benchmarks.runtime [SCENARIO...] [--rounds N] [--write]`.

Every ratio is of two things measured in turn in this run on this machine: the median of the rounds' ratios.
The server has one core, its clients another. A missed budget is marked, and the exit code is then 1.
With --write, the rows of each scenario replace those in the docs when it ends.
"""

import argparse
import platform
import sys
import time
from collections.abc import Sequence
from importlib.metadata import version

from benchmarks.results import PAGES, ResultsTable, write_results
from benchmarks.runtime.contestants import Setting
from benchmarks.runtime.open_files import allow_many_files
from benchmarks.runtime.rows import Measured, Row
from benchmarks.runtime.scenarios import SCENARIOS
from benchmarks.runtime.scenarios.sizes import picture

PICTURE = PAGES.parent / "images/fan-out.svg"


def main() -> int:
    """Run what was asked for, print its rows as they come and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("scenarios", nargs="*", help=f"{', '.join(SCENARIOS)}; all without any")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--ws", default="auto", help="uvicorn's implementation of WebSocket")
    parser.add_argument("--loop", default="asyncio", choices=["asyncio", "uvloop"])
    parser.add_argument("--write", action="store_true", help="put the tables into the docs")
    options = parser.parse_args()
    unknown = set(options.scenarios) - set(SCENARIOS)
    if unknown or options.rounds < 1:
        parser.error(f"unknown scenario: {', '.join(unknown)}" if unknown else "one round at least")
    allow_many_files()
    setting = Setting(options.rounds, options.ws, options.loop)
    code = 0
    for name in options.scenarios or SCENARIOS:
        started = time.monotonic()
        print(f"\n{name}: {SCENARIOS[name].__doc__}\n", flush=True)
        rows = list(SCENARIOS[name](setting))
        tables = _tables(rows)
        code = max(code, *(table.exit_code() for table in tables))
        print(f"\n{time.monotonic() - started:.0f} s", flush=True)
        if options.write:
            _write(name, setting, tables)
            if name == "sizes":
                measured = [row for row in rows if isinstance(row, Measured)]
                PICTURE.write_text(picture(measured), "utf-8")
    return code


def _tables(rows: Sequence[Measured | Row]) -> list[ResultsTable]:
    """Print a table of what was measured, and one of comparisons, if there are such rows."""
    tables = []
    for kind in (Measured, Row):
        some = [row for row in rows if isinstance(row, kind)]
        if some:
            print()
            table = ResultsTable(kind.columns)
            for row in some:
                table.add(row.cells(), met=row.met)
            tables.append(table)
    return tables


def _write(name: str, setting: Setting, tables: Sequence[ResultsTable]) -> None:
    where = (
        f"Python {platform.python_version()}, uvicorn {version('uvicorn')} with `--ws {setting.ws}` "
        f"and `--loop {setting.loop}` where not said otherwise, {setting.rounds} rounds."
    )
    text = "\n\n".join("\n".join(table.lines) for table in tables)
    write_results("runtime", f"{where}\n\n{text}", part=name)


if __name__ == "__main__":
    sys.exit(main())
