"""The command line: `python -m wsgen`, or the `wsgen` script."""

import gc
import sys


def main() -> None:
    """Run the command line and exit with its code."""
    # Next to nothing of a run is garbage; looking for it takes a third of the time of a large tree.
    gc.set_threshold(100_000, 50, 100)
    from wsgen.cli.unchanged import say_if_current

    try:
        if say_if_current(sys.argv[1:]):
            return
    except KeyboardInterrupt:
        sys.exit(130)
    from wsgen.cli.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
