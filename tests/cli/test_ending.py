"""How the process of a command ends: streams that are full or closed, folders that are gone, signals."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from tests.conftest import Project

from wsgen.quality import scratch

WSGEN = (sys.executable, "-m", "wsgen")
_SECONDS = 60.0
WAYS = [("check", ""), ("check -v", "1"), ("--help", "1")]
"""With and without click, printing at once or at the end."""

HANGING_PLUGIN = """\
import os, signal
with open({fifo!r}, "w") as stream:
    stream.write(f"{{os.getpid()}} {{os.getcwd()}}")
signal.pause()
"""


def shell(
    line: str, *arguments: object, **environment: str
) -> "subprocess.CompletedProcess[bytes]":
    """Run a line of shell in which "$@" is `python -m wsgen`."""
    return subprocess.run(
        ["sh", "-c", line, "sh", *map(str, arguments or WSGEN)],
        env={**os.environ, **environment},
        capture_output=True,
        timeout=_SECONDS,
        check=False,
    )


def test_a_defect_is_reported_without_its_traceback_unless_asked_for() -> None:
    program = (
        "import sys; from wsgen.cli.ending import ended_well; sys.exit(ended_well(lambda: 1 // 0))"
    )
    ended = shell('"$@"', sys.executable, "-c", program)
    assert ended.returncode == 2
    assert ended.stderr.startswith(b"internal error: ZeroDivisionError: ")
    assert b"Traceback" not in ended.stderr
    assert b"Traceback" in shell('"$@"', sys.executable, "-c", program, WSGEN_DEBUG="1").stderr


@pytest.mark.parametrize(("command", "unbuffered"), WAYS)
def test_a_full_disk_is_one_line(project: Project, command: str, unbuffered: str) -> None:
    project.wsgen("render")
    ended = shell(f'"$@" {command} >/dev/full', PYTHONUNBUFFERED=unbuffered)
    assert ended.returncode == 2
    assert ended.stderr == b"error: cannot write the output: No space left on device\n"


@pytest.mark.parametrize(("command", "unbuffered"), WAYS)
def test_a_reader_that_has_gone_is_no_failure(
    project: Project, command: str, unbuffered: str
) -> None:
    project.wsgen("render")
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "wb") as closed:
        ended = subprocess.run(
            [*WSGEN, *command.split()],
            env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
            stdout=closed,
            stderr=subprocess.PIPE,
            timeout=_SECONDS,
            check=False,
        )
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_closed_streams_are_nowhere(project: Project) -> None:
    before = project.snapshot()
    assert shell('"$@" check <&- >&- 2>&-').returncode == 1
    assert project.snapshot() == before
    ended = shell('"$@" render >&-')
    assert (ended.returncode, ended.stderr) == (0, b"")
    ended = shell('"$@" check >&-')
    assert (ended.returncode, ended.stderr) == (0, b"")


@pytest.mark.parametrize("command", ["check", "validate"])
def test_a_working_directory_that_is_gone_is_one_line(project: Project, command: str) -> None:
    ended = shell(f'mkdir gone && cd gone && rmdir ../gone && "$@" {command}')
    assert ended.returncode == 2
    assert ended.stderr.decode() == (
        "error: the working directory does not exist any more; change to one that does\n"
    )


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_the_tools_and_the_mirror_too(
    project: Project, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    fifo = tmp_path / "started"
    os.mkfifo(fifo)
    project.write("hang.py", HANGING_PLUGIN.format(fifo=str(fifo)))
    project.write("mypy.ini", "[mypy]\nplugins = hang.py\n")
    project.write(
        "pyproject.toml", '[tool.wsgen]\npaths = ["specs"]\nquality = {steps = ["mypy"]}\n'
    )
    with subprocess.Popen(
        [*WSGEN, "render"], env={**os.environ, "TMPDIR": str(temporary)}, stderr=subprocess.PIPE
    ) as process:
        pid, folder = fifo.read_text().split()  # mypy runs, and waits
        assert Path(folder).is_relative_to(temporary)
        process.send_signal(number)
        _, said = process.communicate(timeout=_SECONDS)
    assert (process.returncode, said) == (code, b"")
    assert list(temporary.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)
    assert not (project.root / "specs/datafeed/ws_generated").exists()


LATE = """\
import os, signal, sys
from wsgen.cli.ending import ended_well

class Late:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        for _ in range(10_000):  # the handler runs between two of these
            pass

def command():
    Late()
    while True:
        signal.pause()

signal.alarm(60)
sys.exit(ended_well(command))
"""


def test_a_signal_in_a_finaliser_is_not_lost() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", LATE], capture_output=True, timeout=_SECONDS, check=False
    )
    assert (ended.returncode, ended.stderr) == (143, b"")


GONE = """\
import os, signal, sys
from wsgen.cli.ending import ended_well

def signalled():
    print("not yet written")
    os.kill(os.getpid(), signal.SIGTERM)

def refused():
    raise PermissionError(13, "refused")

sys.exit(ended_well({}))
"""


@pytest.mark.parametrize(("command", "code"), [("signalled", 143), ("refused", 2)])
def test_the_code_is_the_same_if_nobody_reads(command: str, code: int) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "wb") as closed:
        ended = subprocess.run(
            [sys.executable, "-c", GONE.format(command)],
            env={**os.environ, "PYTHONUNBUFFERED": ""},
            stdout=closed,
            stderr=closed,
            timeout=_SECONDS,
            check=False,
        )
    assert ended.returncode == code


def test_what_a_killed_run_left_goes_with_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    killed, young, other = (tmp_path / f"{scratch.PREFIX}{name}" for name in ("a", "b", "c"))
    for folder in (killed, young, other, tmp_path / "wsgen-of-a-user"):
        (folder / "mirror").mkdir(parents=True)
        if folder is not young:
            os.utime(folder, (0, 0))
    other.rename(tmp_path / "elsewhere")
    other.symlink_to(tmp_path / "elsewhere")
    with scratch.scratch_folder("a-project") as alive:
        os.utime(alive, (0, 0))
        with scratch.scratch_folder("a-project") as another:
            assert alive.exists()
            assert another != alive
    with scratch.scratch_folder("a-project") as again:
        assert again == alive
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {young.name, other.name, "elsewhere", "wsgen-of-a-user"}
