"""The command line: `python -m wsgen`, or the `wsgen` script.

Its first lines import next to nothing, so that a Ctrl-C at any time after them shows no traceback.
"""

import gc
import signal
import sys


def main() -> None:
    """Run the command line and exit with its code."""
    _end_at_interrupt()
    from wsgen.cli.ending import ended_well

    # A run makes almost no garbage, and collecting it takes a third of the time of a large tree.
    gc.set_threshold(100_000, 50, 100)
    code = ended_well(_run)
    _end_at_interrupt()
    sys.exit(code)


def _end_at_interrupt() -> None:
    """Let an interrupt end the process at once, unless it is ignored: nothing has to be cleaned up now.

    Python's own handler would show where the imports are, or its finalization. `ended_well` has it meanwhile.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


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
