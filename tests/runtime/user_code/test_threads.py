"""Functions in threads: a limited number of them, which block neither others nor the exit of the process."""

import asyncio
import contextvars
import subprocess
import sys
import threading

import pytest
from tests.runtime.services import until

from wsgen_runtime.user_code import calls as module
from wsgen_runtime.user_code.calls import in_threads


async def test_the_number_of_concurrent_calls_is_limited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_MOST", 2)
    gate, lock = threading.Event(), threading.Lock()
    running = most = 0

    def work(number: int) -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        assert gate.wait(10)
        with lock:
            running -= 1
        return number

    call = in_threads(work)
    tasks = [asyncio.create_task(call(number)) for number in range(10)]
    await until(lambda: running == 2)
    gate.set()
    assert await asyncio.gather(*tasks) == list(range(10))
    assert most == 2


async def test_a_cancelled_call_that_waits_is_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST", 1)
    gate = threading.Event()
    begun: list[str] = []

    def work(name: str) -> None:
        begun.append(name)
        assert gate.wait(10)

    call = in_threads(work)
    first = asyncio.create_task(call("first"))
    await until(lambda: begun == ["first"])
    second, third = (asyncio.create_task(call(name)) for name in ("second", "third"))
    await asyncio.sleep(0)
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    gate.set()
    await asyncio.gather(first, third)
    assert begun == ["first", "third"]


async def test_the_context_and_what_is_raised_are_passed_on() -> None:
    variable = contextvars.ContextVar("variable", default="")
    variable.set("set")
    assert await in_threads(variable.get)() == "set"
    with pytest.raises(ZeroDivisionError):
        await in_threads(lambda: 1 // 0)()
    with pytest.raises(RuntimeError, match="StopIteration"):  # as in any coroutine
        await in_threads(lambda: next(iter(())))()


def test_a_function_that_hangs_does_not_keep_the_process_from_exiting() -> None:
    script = """
import asyncio, threading
from wsgen_runtime import Limits, WsApp
from wsgen_runtime.testing import RefusedByServerError, connect

async def main():
    app = WsApp(routers=[], authenticate=lambda _: threading.Event().wait(), limits=Limits(auth_timeout=0.01))
    try:
        async with connect(app):
            pass
    except RefusedByServerError as refusal:
        print(refusal.status)

asyncio.run(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, "403\n")
