"""End the process of a command well, whatever happens to its streams, its working directory or itself.

This is the outermost guard: a signal also ends the child processes, and an error of the system is one line.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import TextIO

_SOON = 0.02
"""Seconds after which a finaliser should have ended; otherwise the signal is sent once more."""


class _Ended(BaseException):
    """Raised by a signal to end the process; not an Exception, so that no handler treats it as a failure."""


def ended_well(command: Callable[[], int]) -> int:
    """Run `command` and return the process's exit code: its own, or that of what stopped it.

    SIGTERM (143) and SIGHUP (129) unwind the command, so that its tools end and its temporary folders are
    removed. A closed output is not a failure. A full disk or a removed working directory is reported in one line,
    and the code is 2. So is a defect of wsgen, whose traceback is only shown on request.
    """
    _open_closed_streams()
    received = _take_signals()
    code = 0
    try:
        if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:  # while it was imported
            signal.signal(signal.SIGINT, signal.default_int_handler)
        code = command()
        # Flush now: when the interpreter ends, it is too late to report an error.
        sys.stdout.flush()
        sys.stderr.flush()
    except _Ended:
        pass
    except KeyboardInterrupt:
        code = 130
        if sys.stderr.isatty():  # where `^C` stands now
            sys.stderr.write("\n")
    except BrokenPipeError:
        _discard_output()
    except OSError as error:
        _discard_output()
        code = _failed(f"error: {describe(error)}")
    except RecursionError:
        code = _failed("error: the input is nested too deeply")
    except Exception as error:  # a defect of wsgen may be any
        if os.environ.get("WSGEN_DEBUG"):
            raise
        code = _failed(
            f"internal error: {type(error).__name__}: {error}\n"
            "This is a defect in wsgen. Run again with WSGEN_DEBUG=1 for the traceback, and\n"
            "report it."
        )
    if not received:
        return code
    _discard_output()  # if the terminal is gone too
    # Other code that waits, such as watchfiles, may have swallowed the exception.
    return 128 + received[0]


def _failed(text: str) -> int:
    """Say why the command has failed, if anybody hears it, and return its exit code."""
    try:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
    except OSError:
        _discard_output()
    return 2


def describe(error: OSError) -> str:
    """Return in a line what the operating system refused."""
    try:
        Path.cwd()
    except FileNotFoundError:
        return "the working directory does not exist any more; change to one that does"
    reason = error.strerror or str(error)
    return f"{reason}: {error.filename}" if error.filename else f"cannot write the output: {reason}"


def _take_signals() -> list[int]:
    """Install handlers that raise _Ended at the first signal; return a list that will hold its number."""
    received: list[int] = []
    # Signals that are ignored on purpose, as nohup does, stay ignored.
    signals = [number for number in _stop_signals() if signal.getsignal(number) is signal.SIG_DFL]

    def end(number: int, _frame: FrameType | None) -> None:
        for other in signals:
            signal.signal(other, signal.SIG_IGN)
        received.append(number)
        raise _Ended

    def again(unraisable: "sys.UnraisableHookArgs") -> None:
        """Send the signal again if Python could not raise, because it came in a finaliser or a callback."""
        if not issubclass(unraisable.exc_type, _Ended):
            sys.__unraisablehook__(unraisable)
            return
        import threading  # hardly ever needed

        signal.signal(received[0], end)
        timer = threading.Timer(_SOON, os.kill, (os.getpid(), received[0]))
        timer.daemon = True
        timer.start()

    for number in signals:
        signal.signal(number, end)
    if signals:
        sys.unraisablehook = again
    return received


def _stop_signals() -> list[signal.Signals]:
    names = ("SIGTERM", "SIGHUP")  # the latter is unknown on Windows
    return [signal.Signals[name] for name in names if hasattr(signal, name)]


def _open_closed_streams() -> None:
    """Open closed standard streams on the null device; otherwise the next file opened would take their number."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")


def _discard_output() -> None:
    """Discard what could not be written; otherwise the interpreter would report it when it flushes on exit."""
    target = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(target, stream.fileno())
    os.close(target)
