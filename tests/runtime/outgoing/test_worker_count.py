"""Several workers without a shared broker are a warning, if a worker can find out about the others."""

import asyncio
import logging
from collections.abc import Callable
from types import SimpleNamespace

import pytest
import uvicorn
from uvicorn._subprocess import subprocess_started

from wsgen_runtime import WsApp
from wsgen_runtime.outgoing.servers import count_workers


def in_uvicorn(call: Callable[[], None], **options: object) -> None:
    """Call `call` where uvicorn runs the server of a worker."""
    config = uvicorn.Config("some:app", log_config=None, **options)  # type: ignore[arg-type] # as given
    subprocess_started(config, lambda sockets: call(), [], None)


def in_module(name: str, call: Callable[[], object], **names: object) -> None:
    """Call `call` from a function of a module of that name, with these local names."""
    code = f"def begin({', '.join(names)}):\n    call()\n"
    space: dict[str, object] = {"__name__": name, "call": call}
    exec(code, space)
    begin = space["begin"]
    assert callable(begin)
    begin(**names)


def counted(run: Callable[[Callable[[], None]], None]) -> int:
    counts: list[int] = []
    run(lambda: counts.append(count_workers()))
    return counts[0]


def test_the_workers_of_a_server_are_counted() -> None:
    assert counted(lambda call: in_uvicorn(call, workers=3)) == 3
    assert counted(lambda call: in_uvicorn(call, workers=1)) == 1
    assert counted(lambda call: in_uvicorn(call, workers=3, reload=True)) == 1
    arbiter = SimpleNamespace(num_workers=4)
    assert counted(lambda call: in_module("gunicorn.arbiter", call, self=arbiter)) == 4
    config = SimpleNamespace(workers=2)
    assert counted(lambda call: in_module("hypercorn.asyncio.run", call, config=config)) == 2
    assert counted(lambda call: in_module("granian.server.mp", call, worker_id=2)) == 2
    assert count_workers() == 1


@pytest.mark.parametrize("workers", [1, 2])
def test_several_workers_without_a_shared_broker_are_one_warning(
    workers: int, caplog: pytest.LogCaptureFixture
) -> None:
    async def serve() -> None:
        app = WsApp(routers=[])
        await app.startup()
        await app.startup()
        await app.shutdown()

    in_uvicorn(lambda: asyncio.run(serve()), workers=workers)
    warnings = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    assert len(warnings) == workers - 1
    assert all("2 workers" in text and 'broker="redis://' in text for text in warnings)
