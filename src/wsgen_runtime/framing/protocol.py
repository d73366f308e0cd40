"""uvicorn's own WebSocket protocol, which offers prepared messages to the application.

uvicorn does all that it did. Prepared messages are written past its `send`, but only while the connection is open
and writable, and in order with all else that is written, because it goes through the same transport.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.exceptions import NegotiationError
from websockets.extensions.base import Extension
from websockets.extensions.permessage_deflate import (
    PerMessageDeflate,
    ServerPerMessageDeflateFactory,
)
from websockets.http11 import Request
from websockets.protocol import OPEN
from websockets.typing import ExtensionParameter

from wsgen_runtime.framing.cork import Cork, Flusher
from wsgen_runtime.framing.inbox import Inbox
from wsgen_runtime.framing.prepared_message import MEMORY_LEVEL, WINDOW_BITS, PreparedMessage
from wsgen_runtime.outgoing.prepared import EXTENSION, VERSION

if "pause_writing" not in vars(WebSocketsSansIOProtocol):
    raise ImportError("its WebSocket protocol has no flow control")


class _Deflate(ServerPerMessageDeflateFactory):
    """Refuses what older versions of websockets accept, and then cannot send: zlib has no window of 8 bits."""

    def process_request_params(
        self, params: Sequence[ExtensionParameter], accepted_extensions: Sequence[Extension]
    ) -> tuple[list[ExtensionParameter], PerMessageDeflate]:
        answer, extension = super().process_request_params(params, accepted_extensions)
        if extension.local_max_window_bits < _LEAST_WINDOW_BITS:
            raise NegotiationError("unsupported server_max_window_bits")
        return answer, extension


_LEAST_WINDOW_BITS = 9
# uvicorn's settings, but without context takeover: what is compressed for one connection fits the others.
_DEFLATE = (
    _Deflate(
        server_no_context_takeover=True,
        server_max_window_bits=WINDOW_BITS,
        client_max_window_bits=WINDOW_BITS,
        compress_settings={"memLevel": MEMORY_LEVEL},
    ),
)
# While more bytes than this wait for a client that does not read, only its latest ping is answered.
_MOST_BYTES = 256 * 1024
# After reading this many bytes at once, wait for the next turn of the event loop; libuv would go on reading.
_MOST_AT_ONCE = 128 * 1024
_PONG = b"\x8a"  # the first byte of its frame
_flushers: WeakKeyDictionary[ServerState, Flusher] = WeakKeyDictionary()


class Protocol(WebSocketsSansIOProtocol):
    """One WebSocket connection of uvicorn, which takes prepared messages."""

    _late_pong = b""
    """The answer to the latest ping, if it is to be written once the client reads."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.queue = Inbox()  # type: ignore[assignment]  # it has all that uvicorn calls of a queue
        flusher = _flushers.get(server_state)
        self._flusher = flusher or _flushers.setdefault(server_state, Flusher())
        if self.conn.available_extensions:
            self.conn.available_extensions = _DEFLATE

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Put a `Cork` in place of the transport."""
        super().connection_made(transport)
        self.transport = self._cork = Cork(
            self.transport, self.conn, self.writable, self._flusher, self.loop
        )

    def connection_lost(self, exc: Exception | None) -> None:
        """Drop what is not written yet."""
        self._cork.lose()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read messages, and stop reading while the application has not taken the earlier ones."""
        self._cork.note_arrival()
        super().data_received(data)
        if len(data) >= _MOST_AT_ONCE:
            self._cork.rest()

    def eof_received(self) -> None:
        """Write the rest to a client that still reads, since the transport closes itself now."""
        self._cork.flush()
        self._cork.recheck()
        super().eof_received()

    def pause_writing(self) -> None:
        """Note that the client does not read."""
        self._cork.recheck()
        super().pause_writing()

    def resume_writing(self) -> None:
        """Note that the client reads again, and answer its latest ping if that was put off."""
        super().resume_writing()
        pong, self._late_pong = self._late_pong, b""
        if pong and self.conn.state is OPEN:
            self.transport.write(pong)

    def handle_ping(self) -> None:
        """Answer a ping; of a client that does not read, answer only the latest one, as RFC 6455 allows."""
        if self.writable.is_set() or self.transport.get_write_buffer_size() < _MOST_BYTES:
            super().handle_ping()
            return
        rest = []
        for frame in self.conn.data_to_send():
            if frame.startswith(_PONG):
                self._late_pong = frame
            else:  # the close frame, if the client has closed right after its ping
                rest.append(frame)
        self.transport.write(b"".join(rest))

    def handle_connect(self, event: Request) -> None:
        """Offer prepared messages to the application, which starts in here."""
        self.app = partial(_serve, self.app, self.conn, self._cork)
        super().handle_connect(event)


def _serve(
    app: ASGIApp, conn: Any, cork: Cork, scope: Scope, receive: Receive, send: Send
) -> Awaitable[None]:
    """Call `app` with the extension in its scope, after the server has decided what it compresses."""
    cork.deflates = any(
        isinstance(extension, PerMessageDeflate)
        and extension.local_no_context_takeover
        and extension.local_max_window_bits >= WINDOW_BITS
        for extension in conn.extensions
    )
    scope["extensions"][EXTENSION] = {
        "version": VERSION,
        "prepare": PreparedMessage,
        "write": cork.write_prepared,
    }
    return app(scope, receive, send)
