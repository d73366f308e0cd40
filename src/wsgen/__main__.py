"""The command line: `python -m wsgen`, or the `wsgen` script."""

import sys


def main() -> None:
    """Run the command line and exit with its code."""
    from wsgen.cli.unchanged import say_if_current

    if say_if_current(sys.argv[1:]):
        return
    from wsgen.cli.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
