"""What a long run shows on a terminal meanwhile, and that it leaves nothing there."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyte
import pytest
from tests.conftest import Project

from wsgen.cli.progress_display import _cells, _duration, can_show_progress
from wsgen.cli.work_log import Work

if sys.platform == "win32":
    pytest.skip("there are no pseudo-terminals", allow_module_level=True)

import fcntl
import pty
import struct
import termios

_SETTINGS = """\
[tool.wsgen]
paths = ["specs"]

[tool.wsgen.quality]
steps = ["slow"]

[tool.wsgen.quality.commands.slow]
command = ["{python}", "{script}"]
"""
_SLOW = "open({gate!r}).read()"
_COLOUR = b"\x1b[3"


class Terminal:
    """A terminal of 80 columns, and a command that runs in it."""

    def __init__(self, command: list[str], *, lines: int, variables: Mapping[str, str]) -> None:
        self.said = b""
        self.screen = pyte.Screen(80, lines)
        self._emulator = pyte.ByteStream(self.screen)
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, 80, 0, 0))
        inherited = {k: v for k, v in os.environ.items() if k not in ("CI", "COLUMNS", "LINES")}
        self.process = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**inherited, "TERM": "xterm", **variables},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(2, termios.TIOCSCTTY, 0),
        )
        os.close(theirs)

    @property
    def lines(self) -> list[str]:
        """Return the lines on the screen that are not blank."""
        return [line.rstrip() for line in self.screen.display if line.strip()]

    def reads_until(self, seen: Callable[[], bool]) -> None:
        """Read until `seen` returns true, or to the end."""
        while not seen() and (data := self._read()):
            self.said += data
            self._emulator.feed(data)

    def close(self) -> None:
        os.close(self._ours)

    def ended(self) -> int:
        """Read to the end and return the exit code."""
        self.reads_until(lambda: False)
        self.close()
        return self.process.wait()

    def _read(self) -> bytes:
        try:
            return os.read(self._ours, 1 << 16)
        except OSError:  # Linux reports the end so
            return b""


@contextmanager
def rendering(
    project: Project, *options: str, lines: int = 24, **variables: str
) -> Iterator[tuple[Terminal, Path]]:
    """Start a render whose only step waits until somebody opens the file that is returned too."""
    gate = project.root / "gate"
    os.mkfifo(gate)
    script = project.write("slow.py", _SLOW.format(gate=os.fspath(gate)))
    project.write("pyproject.toml", _SETTINGS.format(python=sys.executable, script=script))
    command = [sys.executable, "-m", "wsgen", "render", *options]
    terminal = Terminal(command, lines=lines, variables=variables)
    try:
        yield terminal, gate
    finally:
        terminal.process.kill()
        terminal.process.wait()


def is_shown(terminal: Terminal) -> Callable[[], bool]:
    return lambda: any("slow" in line for line in terminal.lines)


def test_a_long_run_shows_its_steps_and_leaves_nothing(project: Project) -> None:
    with rendering(project) as (terminal, gate):
        terminal.reads_until(is_shown(terminal))
        load, render, slow = terminal.lines
        gate.write_text("")
        code = terminal.ended()
    assert code == 0
    assert load.split()[1:6] == ["load", "1", "of", "1", "modules"]
    assert render.split()[:2] == ["✓", "render"]
    assert "0 of 1 modules  0 of 3 files" in slow
    assert terminal.lines[-1].startswith("✓ 1 module, 2 routers: 1 written")
    assert len(terminal.lines) == 2
    assert _COLOUR in terminal.said
    assert not terminal.screen.cursor.hidden


@pytest.mark.parametrize(
    ("number", "code", "lines", "variables"),
    [(signal.SIGINT, 130, 24, {}), (signal.SIGTERM, 143, 3, {"NO_COLOR": "1"})],
)
def test_a_signal_ends_it_on_a_low_terminal_too(
    project: Project, number: signal.Signals, code: int, lines: int, variables: dict[str, str]
) -> None:
    with rendering(project, lines=lines, **variables) as (terminal, _):
        terminal.reads_until(lambda: any("load" in line for line in terminal.lines))
        terminal.process.send_signal(number)
        assert terminal.ended() == code
    stopped = "Stopped. Files already written are complete; run it again for the rest."
    assert terminal.lines == ([stopped] if code == 130 else [])
    assert (_COLOUR in terminal.said) is not bool(variables)


def test_a_closed_terminal_ends_it(project: Project) -> None:
    with rendering(project) as (terminal, _):
        terminal.reads_until(is_shown(terminal))
        terminal.close()
        assert terminal.process.wait() in (129, 2)


@pytest.mark.parametrize(
    ("variables", "shown"),
    [({}, True), ({"TERM": "dumb"}, False), ({"CI": "true"}, False), ({"FORCE_COLOR": "1"}, True)],
)
def test_only_a_terminal_that_somebody_looks_at_shows_it(
    variables: dict[str, str], shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CI", "TERM", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert not can_show_progress()
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert can_show_progress() is shown


def test_a_row_has_what_is_known() -> None:
    work = Work("flake8", 1000, 5000, 250, 1250, 1000, seconds=30, pass_began=10, parts=1)
    modules, files = "250 of 1,000 modules", "1,250 of 5,000 files"
    assert _cells(work) == ("flake8", modules, files, "30 s", "about 1 min 00 s left")
    assert _cells(Work("load", 3)) == ("load", "0 of 3 modules", "", "0 s", "")
    assert _duration(125) == "2 min 05 s"


def test_what_is_not_slow_does_not_load_rich(project: Project) -> None:
    check = (
        "import sys; from wsgen.cli.main import run; run(['render']); print('rich' in sys.modules)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", check], capture_output=True, text=True, check=True
    )
    assert shown.stdout.splitlines()[-1] == "False"
