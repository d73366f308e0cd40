"""A server that cannot serve WebSockets is an error at start, which says what to install."""

import os
import subprocess
import sys

import pytest

SERVE = """
import sys

sys.modules |= dict.fromkeys({blocked!r})  # as if they were not installed
import uvicorn
from starlette.applications import Starlette

from wsgen_runtime import WsApp

ws_app = WsApp(routers=[])
app = ws_app if {direct} else Starlette(lifespan=ws_app.lifespan)
config = uvicorn.Config(app, port=0, ws={ws!r}, lifespan="on")
server = uvicorn.Server(config)
serve = server.main_loop


async def main_loop():
    server.should_exit = True
    await serve()


server.main_loop = main_loop
server.run()
print("started:", server.started)
"""
LIBRARIES = ("websockets", "wsproto")
ERROR = (
    "uvicorn cannot serve WebSockets, because neither websockets nor wsproto is installed:"
    " pip install 'uvicorn[standard]'"
)


def serve(*, blocked: tuple[str, ...], direct: bool = True, ws: str = "auto") -> tuple[bool, str]:
    """Return whether a real uvicorn has started, and what it has logged."""
    code = SERVE.format(blocked=blocked, direct=direct, ws=ws)
    ended = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    return "started: True" in ended.stdout, ended.stderr


@pytest.mark.parametrize("direct", [True, False])
def test_uvicorn_without_a_library_does_not_start(direct: bool) -> None:
    started, log = serve(blocked=LIBRARIES, direct=direct)
    assert not started
    assert ERROR in log
    assert "Application startup failed. Exiting." in log


@pytest.mark.parametrize(("blocked", "ws"), [(LIBRARIES[:1], "auto"), (LIBRARIES, "none")])
def test_uvicorn_starts_with_one_of_them_and_where_none_is_wanted(
    blocked: tuple[str, ...], ws: str
) -> None:
    started, log = serve(blocked=blocked, ws=ws)
    assert started, log
