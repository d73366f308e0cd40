"""Measure the runtime against its budgets: `python -m benchmarks.runtime [SCENARIO...] [--rounds N]`.

Every row is a ratio of two things measured in turn in this run on this machine: the median of the rounds' ratios.
The server has one core, its clients another. Prints a table for docs/performance.md.
"""

import argparse
import resource
from statistics import median

from benchmarks.runtime.scenarios import SCENARIOS, Row, Setting


def main() -> None:
    """Run what was asked for and print its rows as they come."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="*", help=f"{', '.join(SCENARIOS)}; all without any")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--ws", default="auto", help="uvicorn's implementation of WebSocket")
    parser.add_argument("--loop", default="asyncio", choices=["asyncio", "uvloop"])
    options = parser.parse_args()
    unknown = set(options.scenarios) - set(SCENARIOS)
    if unknown or options.rounds < 1:
        parser.error(f"unknown scenario: {', '.join(unknown)}" if unknown else "one round at least")
    # Each client is a file here and one there, and the programs inherit the bound.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    setting = Setting(options.rounds, options.ws, options.loop)
    print(
        "| work | | against | | ratio | by CPU time | budget | |\n|---|---|---|---|---|---|---|---|"
    )
    for name in options.scenarios or SCENARIOS:
        for row in SCENARIOS[name](setting):
            print(_line(row), flush=True)


def _line(row: Row) -> str:
    ratio = median(row.ratios)
    cpu = f"{median(row.cpu_ratios):.2f}" if row.cpu_ratios else ""
    judged = median(row.cpu_ratios) if row.by_cpu_time else ratio
    budget, met = "", ""
    if row.at_least is not None:
        budget, met = f"at least {row.at_least:g}", "met" if judged >= row.at_least else "missed"
    elif row.at_most is not None:
        budget, met = f"at most {row.at_most:g}", "met" if judged <= row.at_most else "missed"
    if budget and row.by_cpu_time:
        budget += " by CPU time"
    cells = (row.work, row.ours, row.against, row.theirs, f"{ratio:.2f}", cpu, budget, met)
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
