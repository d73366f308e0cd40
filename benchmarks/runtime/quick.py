"""The most important rows of the bench in about a minute: `make bench-quick`."""

import sys

from benchmarks.runtime.contestants import Load, Setting
from benchmarks.runtime.measuring import Budget, fan_out
from benchmarks.runtime.open_files import allow_many_files
from benchmarks.runtime.rows import Measured, Row
from benchmarks.runtime.servers import BARE, OURS, PREPARED, deflated, unchanged

_ROUNDS = 2
_COLUMNS = ("", "a second", "CPU each", "kernel", "bytes", "p50", "p99", "against bare, by CPU")
_WIDTHS = (58, 10, 10, 8, 7, 11, 11, 22)


def main() -> int:
    """Print the table as it is measured; return 1 if a budget is missed, else 0."""
    allow_many_files()
    print("1,000 clients of one topic; server and clients have a core each.\n")
    _print(_COLUMNS)
    missed = 0
    for load in (Load(), Load(burst=10)):
        for variant, at_least in ((unchanged, (1.25, 5.0)), (deflated, (2.5, 20.0))):
            bare, ours, prepared = (variant(server) for server in (BARE, OURS, PREPARED))
            least = at_least[load.burst > 1]
            budgets = [Budget(ours, bare), Budget(prepared, bare, least)]
            missed += _show(list(fan_out(Setting(_ROUNDS), load, budgets)))
    return 1 if missed else 0


def _show(rows: list[Measured | Row]) -> int:
    """Print a line for each server, with its ratio; return how many miss their budgets."""
    ratios = {row.work.partition(": ")[2]: row for row in rows if isinstance(row, Row)}
    for row in rows:
        if isinstance(row, Measured):
            _, server, *cells, _ = row.cells()
            ratio = ratios.get(server)
            _print((_name(row), *cells, _verdict(ratio) if ratio else ""))
    print(flush=True)
    return sum(row.met is False for row in ratios.values())


def _name(row: Measured) -> str:
    burst = f", bursts of {row.load.burst}" if row.load.burst > 1 else ""
    return row.server.described().replace(" in FastAPI", "") + burst


def _verdict(row: Row) -> str:
    ratio = row.cells()[5]
    return ratio if row.at_least is None else f"{ratio} ({row.at_least:g} asked)"


def _print(cells: tuple[str, ...]) -> None:
    first, *rest = cells
    aligned = [text.rjust(width) for text, width in zip(rest, _WIDTHS[1:], strict=True)]
    print(first.ljust(_WIDTHS[0]) + "".join(aligned), flush=True)


if __name__ == "__main__":
    sys.exit(main())
