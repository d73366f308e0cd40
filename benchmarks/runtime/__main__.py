"""Measure the runtime against its budgets: `python -m benchmarks.runtime [SCENARIO...] [--rounds N] [--write]`.

Every row is a ratio of two things measured in turn in this run on this machine: the median of the rounds' ratios.
The server has one core, its clients another. A missed budget is marked, and the exit code is then 1.
"""

import argparse
import platform
import resource
import sys
from importlib.metadata import version
from statistics import median

from benchmarks.results import ResultsTable, write_results
from benchmarks.runtime.scenarios import SCENARIOS, Row, Setting

COLUMNS = ("work", "", "against", "", "ratio", "by CPU time", "budget")


def main() -> int:
    """Run what was asked for, print its rows as they come and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("scenarios", nargs="*", help=f"{', '.join(SCENARIOS)}; all without any")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--ws", default="auto", help="uvicorn's implementation of WebSocket")
    parser.add_argument("--loop", default="asyncio", choices=["asyncio", "uvloop"])
    parser.add_argument("--write", action="store_true", help="put the table into the docs")
    options = parser.parse_args()
    unknown = set(options.scenarios) - set(SCENARIOS)
    if unknown or options.rounds < 1:
        parser.error(f"unknown scenario: {', '.join(unknown)}" if unknown else "one round at least")
    if options.write and options.scenarios:
        parser.error("the docs hold all scenarios: name none with --write")
    # Each client is a file here and one there, and the programs inherit the bound.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    setting = Setting(options.rounds, options.ws, options.loop)
    table = ResultsTable(COLUMNS)
    for name in options.scenarios or SCENARIOS:
        for row in SCENARIOS[name](setting):
            cells, met = _judged(row)
            table.add(cells, met=met)
    if options.write:
        where = (
            f"Python {platform.python_version()}, uvicorn {version('uvicorn')} with `--ws {options.ws}` "
            f"and `--loop {options.loop}`, {options.rounds} rounds."
        )
        write_results("runtime", f"{where}\n\n" + "\n".join(table.lines))
    return table.exit_code()


def _judged(row: Row) -> tuple[tuple[str, ...], bool | None]:
    """Return the cells of `row`, and whether it meets its budget if it has one."""
    ratio = median(row.ratios)
    cpu = f"{median(row.cpu_ratios):.2f}" if row.cpu_ratios else ""
    judged = median(row.cpu_ratios) if row.by_cpu_time else ratio
    budget, met = "", None
    if row.at_least is not None:
        budget, met = f"at least {row.at_least:.3g}", judged >= row.at_least
    elif row.at_most is not None:
        budget, met = f"at most {row.at_most:.3g}", judged <= row.at_most
    if budget and row.by_cpu_time:
        budget += " by CPU time"
    return (row.work, row.ours, row.against, row.theirs, f"{ratio:.2f}", cpu, budget), met


if __name__ == "__main__":
    sys.exit(main())
