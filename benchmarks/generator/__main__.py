"""Measure the generator against the budgets of the design: `python -m benchmarks.generator [--full] [--write]`.

Every row is a ratio of two things measured in this run on this machine, as medians of alternating rounds where
there are several. A missed budget is marked, and the exit code is then 1.
"""

import argparse
import os
import platform
import sys
from importlib.metadata import version

from benchmarks.generator.comparisons import QUICK, SLOW
from benchmarks.results import ResultsTable, write_results

COLUMNS = ("work", "time", "against", "time", "ratio", "budget: at most")
TOOLS = ("black", "ruff", "flake8", "mypy", "isort")


def main() -> int:
    """Measure, print a table and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--full", action="store_true", help="also run all tools over 1,000 modules")
    parser.add_argument("--write", action="store_true", help="put the table into the docs")
    options = parser.parse_args()
    table = ResultsTable(COLUMNS)
    for compare in (*QUICK, *(SLOW if options.full else ())):
        for row in compare():
            table.add(row.cells(), met=row.met)
    if options.write:
        tools = ", ".join(f"{tool} {version(tool)}" for tool in TOOLS)
        where = f"Python {platform.python_version()} on {os.cpu_count()} cores, with {tools}."
        write_results("generator", f"{where}\n\n" + "\n".join(table.lines))
    return table.exit_code()


if __name__ == "__main__":
    sys.exit(main())
