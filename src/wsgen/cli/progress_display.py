"""Show on a terminal how far a long run is, for as long as it works; nothing of it stays on the screen."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread, main_thread
from typing import TYPE_CHECKING

from wsgen.cli.work_log import Work, WorkLog

if TYPE_CHECKING:  # it is imported when a run turns out to be long
    from rich.table import Table

_PATIENCE = 1.0
"""Seconds for which nothing is shown: most runs have ended by then."""
_REFRESH = 0.1


def can_show_progress() -> bool:
    """Return whether stderr is a terminal that somebody looks at and that can take back what it has shown."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("CI")


@contextmanager
def progress_shown(log: WorkLog, *, wanted: bool) -> Iterator[None]:
    """Show what `log` hears, from a second on, until the context is left, by a signal too.

    Nothing is shown unless it is `wanted`, and there is a terminal for it.

    One thread, which no signal interrupts, writes all of it. Nothing else may write to the terminal meanwhile.
    """
    if not wanted or not can_show_progress():
        yield
        return
    over = Event()
    thread = Thread(target=_show, args=(log, over), name="progress")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _show(log: WorkLog, over: Event) -> None:
    if over.wait(_PATIENCE):
        return
    from rich.console import Console
    from rich.live import Live

    class Terminal(Console):
        """A terminal whose cursor stays visible: nobody would show it again after a SIGKILL."""

        def show_cursor(self, show: bool = True) -> bool:
            return False

    no_color = bool(os.environ.get("NO_COLOR"))
    console = Terminal(file=sys.stderr, force_terminal=True, no_color=no_color)
    live = Live(
        console=console,
        auto_refresh=False,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    with suppress(OSError), live:  # the terminal may have been closed
        # Without the main thread, a signal has come just before it could say that the work is over.
        while not over.wait(_REFRESH) and main_thread().is_alive():
            live.update(_table(log), refresh=True)
        live.update("")


def _table(log: WorkLog) -> "Table":
    """Return a row for each stage and step: whether it has ended, how much of it is done, and its times."""
    from rich.spinner import Spinner
    from rich.table import Table
    from rich.text import Text

    unicode = (sys.stderr.encoding or "").lower().startswith("utf")
    table = Table.grid(padding=(0, 2))
    for justify in ("left", "left", "right", "right", "right", "left"):
        table.add_column(justify=justify, no_wrap=True)
    for work in log.so_far():
        mark: Spinner | Text = Text("")
        if work.is_done:
            mark = Text("✓" if unicode else "ok", "green")
        elif work.parts:
            mark = Spinner("dots" if unicode else "line", style="cyan")
            mark.start_time = 0.0
        table.add_row(mark, *map(Text, _cells(work)))
    return table


def _cells(work: Work) -> tuple[str, ...]:
    files = f"{work.files_done:,} of {work.files:,} files" if work.files else ""
    modules = f"{work.modules_done:,} of {work.modules:,} modules"
    left = "" if work.left is None else f"about {_duration(work.left)} left"
    return work.name, modules, files, _duration(work.seconds), left


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
