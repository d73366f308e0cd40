"""Processes that hang, crash or leave children behind."""

import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from wsgen.errors import ToolError
from wsgen.quality.problems import Outcome
from wsgen.quality.processes import Processes

SLOW = "import time; print('started', flush=True); time.sleep(600)"


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Processes]:
    def processes(timeout: float = 60.0) -> Processes:
        return Processes(directory=tmp_path, timeout=timeout, jobs=2)

    return processes


def python(code: str, *arguments: str) -> list[str]:
    return [sys.executable, "-IS", "-c", code, *arguments]


def test_output_is_relative_to_the_directory(
    make: Callable[..., Processes], tmp_path: Path
) -> None:
    code = "import os, sys; print(os.getcwd() + '/a.py'); sys.stderr.write('b\\n'); sys.exit(3)"
    assert make().run(python(code), step="black", environment=os.environ) == Outcome(
        3, "a.py\n", "b\n"
    )


def test_standard_input_is_closed_and_odd_bytes_do_no_harm(make: Callable[..., Processes]) -> None:
    code = "import sys; sys.stdout.buffer.write(b'\\xff' + sys.stdin.buffer.read())"
    assert (
        make().run(python(code), step="black", environment=os.environ).stdout
        == "\N{REPLACEMENT CHARACTER}"
    )


def test_a_command_that_cannot_start_is_a_tool_error(make: Callable[..., Processes]) -> None:
    with pytest.raises(ToolError, match="black cannot be started"):
        make().run(["/does/not/exist"], step="black", environment=os.environ)


def test_a_hanging_tool_is_ended_with_its_children(
    make: Callable[..., Processes], tmp_path: Path
) -> None:
    # The child holds the pipe: only its end lets the test go on within the time that is waited for output.
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    child = f"import time; held = open({str(pipe)!r}, 'w'); time.sleep(600)"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-IS', '-c', {child!r}])"
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with pytest.raises(ToolError, match=r"mypy did not finish within 0\.5 seconds") as caught:
        make(timeout=0.5).run(python(code), step="mypy", environment=os.environ)
    assert caught.value.diagnostics[0].code == "WSG502"
    os.set_blocking(reader, True)
    assert os.read(reader, 1) == b""  # end of file: nobody has the pipe open any more
    os.close(reader)


def test_leaving_early_ends_the_others(make: Callable[..., Processes]) -> None:
    processes = make()
    tasks = [
        partial(processes.run, python(code), step="black", environment=os.environ)
        for code in (SLOW, "print('quick')", "print('never')")
    ]
    with processes.side_by_side(tasks) as outcomes:
        assert next(outcomes).stdout in ("quick\n", "never\n")
    again = processes.run(python("print('later')"), step="black", environment=os.environ)
    assert again.stdout == "later\n"


def test_an_error_in_one_ends_the_others(make: Callable[..., Processes]) -> None:
    processes = make()
    tasks = [
        partial(processes.run, python(SLOW), step="mypy", environment=os.environ),
        partial(processes.run, ["/does/not/exist"], step="black", environment=os.environ),
    ]
    with (
        pytest.raises(ToolError, match="black"),
        processes.side_by_side(tasks) as outcomes,
    ):
        list(outcomes)
