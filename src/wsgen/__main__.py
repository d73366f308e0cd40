"""The command line: `python -m wsgen`, or the `wsgen` script."""

import gc
import sys

from wsgen.cli.ending import ended_well


def main() -> None:
    """Run the command line and exit with its code."""
    # A run makes almost no garbage, and collecting it takes a third of the time of a large tree.
    gc.set_threshold(100_000, 50, 100)
    sys.exit(ended_well(_run))


def _run() -> int:
    from wsgen.cli.unchanged import begin_plain, say_if_current

    arguments = sys.argv[1:]
    begun = begin_plain(arguments)
    if begun is not None and say_if_current(begun, write=arguments[0] != "check"):
        return 0
    from wsgen.cli.main import run

    return run(arguments, begun)


if __name__ == "__main__":
    main()
