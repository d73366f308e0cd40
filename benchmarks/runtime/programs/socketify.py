"""socketify: Python bindings of uWebSockets, whose own topics send a message to all of their subscribers."""

from typing import Any

from socketify import App, CompressOptions, OpCode

from benchmarks.runtime.programs.bar import Bar
from benchmarks.runtime.programs.bare import SUBSCRIBE, UNSUBSCRIBE, message_with

__all__ = ["SUBSCRIBE", "UNSUBSCRIBE", "listen", "publish", "run"]


def _on_message(ws: Any, message: str, _opcode: object) -> None:
    if message[0] == "+":
        ws.subscribe(message[1:])
    else:
        ws.unsubscribe(message[1:])
    ws.send("ok", OpCode.TEXT)


_app = App()
_app.ws(
    "/*",
    {
        # One compressor for all connections: each message is compressed once.
        "compression": CompressOptions.SHARED_COMPRESSOR,
        "idle_timeout": 0,
        "max_backpressure": 64 * 2**20,
        "message": _on_message,
    },
)
run = _app.loop.run_until_complete


def listen() -> int:
    """Listen on a free port and return it."""
    ports: list[int] = []
    _app.listen(0, lambda config: ports.append(config.port))
    return ports[0]


async def publish(number: int, bar: Bar) -> None:
    """Send `bar` to all subscribers; where a client has agreed on compression, compressed."""
    _app.publish(str(number), message_with(number, bar)["text"], OpCode.TEXT, True)
