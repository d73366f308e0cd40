"""One connection between a WebSocket protocol of uvicorn and a client, both in memory."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.types import Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.server import ServerState
from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.frames import Frame
from websockets.http11 import Response
from websockets.uri import parse_uri

Conversation = Callable[[Scope, Receive, Send], Awaitable[None]]


class Wire(asyncio.Transport):
    """The transport of the server, which a client reads at once."""

    def __init__(self, protocol: Any, client: ClientProtocol) -> None:
        super().__init__()
        self.protocol = protocol
        self.client = client
        self.writes: list[bytes] = []
        self.closing = False
        self.aborted = False
        self.reading = True
        self.changes: list[str] = []
        """The calls that have stopped reading, or let it go on."""
        self.received: list[tuple[str, bytes]] = []
        self.status = 0

    def write(self, data: Any) -> None:  # Any: any buffer
        assert not self.closing, "written to a closing transport"
        if not data:
            return
        assert "CLOSE" not in dict(self.received), "written after the close frame"
        self.writes.append(bytes(data))
        self.client.receive_data(bytes(data))
        for event in self.client.events_received():
            if isinstance(event, Response):
                self.status = event.status_code
            elif isinstance(event, Frame):
                self.received.append((event.opcode.name, bytes(event.data)))
        if self.client.parser_exc is not None and self.status in (0, 101):
            raise self.client.parser_exc

    def close(self) -> None:
        self.closing = True

    def abort(self) -> None:
        self.closing = self.aborted = True

    def is_closing(self) -> bool:
        return self.closing

    def pause_reading(self) -> None:
        self.reading = False
        self.changes.append("pause_reading")

    def resume_reading(self) -> None:
        self.reading = True
        self.changes.append("resume_reading")

    def is_reading(self) -> bool:
        return self.reading

    def get_write_buffer_size(self) -> int:
        return 0

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default


class Talk:
    """A connection: what the server does with it, and what the client has received."""

    def __init__(
        self,
        implementation: type,
        app: Conversation,
        offer: ClientPerMessageDeflateFactory | None = None,
        *,
        connects: bool = True,
        **options: Any,  # as uvicorn.Config takes them
    ) -> None:
        config = Config(app, ws=implementation, log_config=None, lifespan="off", **options)
        config.load()
        self.state = ServerState()
        self.client = ClientProtocol(
            parse_uri("ws://server/"), extensions=[offer] if offer else None
        )
        self.protocol: Any = implementation(config, self.state, {})
        self.wire = Wire(self.protocol, self.client)
        self.protocol.connection_made(self.wire)
        if connects:
            self.client.send_request(self.client.connect())
            self.pass_on()

    def pass_on(self) -> None:
        """Take what the client has to send to the server."""
        self.protocol.data_received(b"".join(self.client.data_to_send()))

    @property
    def texts(self) -> list[str]:
        """Return the texts that the client has received."""
        return [data.decode() for kind, data in self.wire.received if kind == "TEXT"]

    def lose(self, error: Exception | None = None) -> None:
        """End the connection as a transport does."""
        self.wire.closing = True
        self.protocol.connection_lost(error)

    async def end(self) -> None:
        """Lose the connection, and wait for the application to end."""
        tasks = set(self.state.tasks)
        if self.protocol in self.state.connections:
            self.lose()
        if tasks:
            await asyncio.wait(tasks)
