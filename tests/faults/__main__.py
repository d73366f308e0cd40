"""Try the faults that a machine and its users have: `python -m tests.faults [--seed N] [--share 1] [kinds]`.

Prints what was tried, survived and lost, and exits with 1 if anything was lost: a file that is neither what it
was nor what it should become, a package that cannot be imported, a run that hangs or prints a traceback, or one
after which the next does not complete the work.
"""

import argparse
import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.faults.crowds import crowds
from tests.faults.disks import full_disks
from tests.faults.kills import kills_at_random
from tests.faults.operations import try_operations
from tests.faults.table import Table
from tests.faults.watching import moves

KINDS: dict[str, Callable[[Path, Table, random.Random, float], None]] = {
    "operations": try_operations,
    "kills": kills_at_random,
    "crowds": crowds,
    "disks": full_disks,
    "moves": moves,
}


def main() -> int:
    """Try what was asked for and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("kinds", nargs="*", choices=[[], *KINDS], help="all without any")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--share", type=float, default=1.0, help="how much of all is tried")
    arguments = parser.parse_args()
    table = Table()
    for kind in arguments.kinds or KINDS:
        with tempfile.TemporaryDirectory(prefix="faults-") as folder:
            chance = random.Random(f"{arguments.seed} {kind}")
            KINDS[kind](Path(folder).resolve(), table, chance, arguments.share)
    sys.stdout.write(f"{table}\n{table.lost} lost\n")
    return 1 if table.lost else 0


if __name__ == "__main__":
    sys.exit(main())
