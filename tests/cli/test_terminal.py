"""What a terminal shows, and a stream that is none."""

import io
import os
import subprocess
import sys

import pytest
from tests.conftest import Project

from wsgen.cli.terminal import style_for, width_of
from wsgen.report.text import plain

if sys.platform != "win32":
    import fcntl
    import pty
    import struct
    import termios


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environment", "on_terminal", "elsewhere"),
    [
        ({}, True, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"NO_COLOR": ""}, True, False),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": "0"}, True, True),
        ({"FORCE_COLOR": ""}, True, False),
        ({"TERM": "dumb"}, False, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False, False),
    ],
)
def test_colours_follow_the_environment(
    environment: dict[str, str],
    on_terminal: bool,
    elsewhere: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert (style_for(Terminal()) is not plain) is on_terminal
    assert (style_for(io.StringIO()) is not plain) is elsewhere


def test_reports_for_programs_have_no_colours(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    project.write("specs/datafeed/ws.yaml", "version: 2\nrouters: {}\n")
    assert "\x1b[31merror[WSG115]\x1b[0m" in project.wsgen("validate").stderr
    for form in ("json", "github", "sarif"):
        assert "\x1b" not in project.wsgen("validate", "--format", form).stdout


@pytest.mark.parametrize(("columns", "width"), [("", 80), ("120", 120), ("0", 80), ("x", 80)])
def test_the_width_is_that_of_the_terminal(
    columns: str, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert width_of(Terminal()) == width
    assert width_of(io.StringIO()) is None


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_no_word_is_broken_in_80_columns(project: Project) -> None:
    long = "a summary of many words that do not fit into the eighty columns of a terminal " * 2
    router = f'{{request: BarRequest, data: Bar, summary: "{long}", deliveri: {{}}}}'
    project.write("specs/a b/ws.yaml", f"version: 1\nrouters: {{BarWsRouter: {router}}}\n")
    piped = project.wsgen("validate").stderr
    shown = in_terminal([sys.executable, "-m", "wsgen", "validate"], columns=80)
    assert max(map(len, shown.splitlines())) <= 80
    words = [word for word in piped.split() if word not in long and "^" not in word]
    assert not set(words) - set(shown.split())
    assert "specs/a b/ws.yaml:2:" in shown


def in_terminal(command: list[str], *, columns: int) -> str:
    """Return what `command` shows on a terminal, without colours."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    inherited = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    process = subprocess.Popen(
        command, stdout=theirs, stderr=theirs, env={**inherited, "NO_COLOR": "1"}
    )
    os.close(theirs)
    shown = b""
    try:
        while data := os.read(ours, 1 << 16):
            shown += data
    except OSError:  # Linux reports the end so
        pass
    finally:
        os.close(ours)
        process.wait()
    return shown.decode().replace("\r\n", "\n")
