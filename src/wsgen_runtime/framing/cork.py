"""Collects the prepared messages that reach a connection in one turn of the event loop, for one write."""

import asyncio
from collections import deque
from collections.abc import Iterable
from os import write
from typing import Any

from websockets.protocol import OPEN, Protocol

from wsgen_runtime.framing.forwarding_transport import ForwardingTransport
from wsgen_runtime.framing.plain_sockets import descriptor_of
from wsgen_runtime.framing.prepared_message import PreparedMessage

# The most bytes that wait for one connection: more are written at once, so that the flow control of its transport
# decides about what follows.
_MOST_BYTES = 32 * 1024
# The most connections that are written to in one turn of the event loop, which takes about two milliseconds.
_MOST_CONNECTIONS = 256


class Flusher:
    """Writes what the connections of one server have collected, at the end of the turn of the event loop."""

    __slots__ = ("__weakref__", "corks")

    def __init__(self) -> None:
        self.corks: deque[Cork] = deque()
        """Those that have collected something, each of which puts itself in here."""

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Flush the `corks` after what the event loop does now; to be called when the first one comes."""
        loop.call_soon(self._flush, loop)

    def _flush(self, loop: asyncio.AbstractEventLoop) -> None:
        corks = self.corks
        try:
            for _ in range(min(len(corks), _MOST_CONNECTIONS)):
                corks.popleft().flush()
        finally:
            if corks:  # other connections get a turn first
                loop.call_soon(self._flush, loop)


class Cork(ForwardingTransport):
    """A transport that writes prepared messages at the end of the turn, and anything else at once behind them."""

    __slots__ = (
        "_conn",
        "_corks",
        "_descriptor",
        "_direct",
        "_flusher",
        "_frames",
        "_loop",
        "_open",
        "_pausing",
        "_size",
        "_writable",
        "deflates",
    )

    def __init__(
        self,
        transport: asyncio.Transport,
        conn: Protocol,
        writable: asyncio.Event,
        flusher: Flusher,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        super().__init__(transport)
        self._conn = conn
        self._writable = writable
        self._flusher = flusher
        self._corks = flusher.corks
        self._loop = loop
        self._descriptor = descriptor_of(transport)
        self._frames: list[bytes] | None = None
        self._size = 0
        self._open = False
        self._pausing = False
        self._direct: int | None = None  # the descriptor, while the transport has nothing to write
        self.deflates = False
        """Whether the connection takes compressed frames that depend on no other."""

    def write_prepared(self, message: PreparedMessage) -> bool:
        """Write `message` at the end of the turn; return False if the connection is not open or not writable."""
        if not (self._open or self._opens()):
            return False
        frame = (message.deflated or message.deflate()) if self.deflates else message.plain
        frames = self._frames
        if frames is None:
            corks = self._corks
            if not corks:
                self._flusher.start(self._loop)
            corks.append(self)
            self._frames = [frame]
            size = self._size = len(frame)
        else:
            frames.append(frame)
            size = self._size = self._size + len(frame)
        if size > _MOST_BYTES:
            self.flush()
        return True

    def lose(self) -> None:
        """Drop what was collected, since the connection is lost."""
        self.recheck()
        self._take()

    def recheck(self) -> None:
        """Note that the connection may no longer be open or writable, or its transport may have to write."""
        self._open = False

    def flush(self) -> None:
        """Write what was collected, unless the transport is closing, which drops what is written."""
        frames = self._take()
        if frames is None or self._transport.is_closing():  # then its socket may be another one's
            return
        data = b"".join(frames)
        if self._direct is not None:
            try:
                sent = write(self._direct, data)
            except OSError:  # there is no room, or an error that the transport will find itself
                sent = 0
            if sent == len(data):
                return
            data = data[sent:]
            self.recheck()
        self._transport.write(data)

    def _opens(self) -> bool:
        """Check the connection, once: each change writes to the transport, or calls `recheck`."""
        if (
            self._conn.state is not OPEN
            or not self._writable.is_set()
            or self._transport.is_closing()
        ):
            return False
        waits = self._transport.get_write_buffer_size() > 0
        self._direct = None if waits else self._descriptor
        self._open = True
        return True

    def _take(self) -> list[bytes] | None:
        """Return what was collected, if anything was, which is no longer kept."""
        frames = self._frames
        if frames is not None:
            self._frames = None
            self._size = 0
        return frames

    # Whatever else writes or closes does so behind what was collected.

    def write(self, data: "bytes | bytearray | memoryview[Any]") -> None:
        """Write `data` and what was collected in one call."""
        self.recheck()
        frames = self._take()
        self._transport.write(b"".join((*frames, data)) if frames else data)

    def writelines(self, list_of_data: "Iterable[bytes | bytearray | memoryview[Any]]") -> None:
        """Write each of `list_of_data`."""
        self.recheck()
        self.flush()
        super().writelines(list_of_data)

    def write_eof(self) -> None:
        """Close the writing end."""
        self.recheck()
        self.flush()
        super().write_eof()

    def close(self) -> None:
        """Close the transport once all is written."""
        self.recheck()
        self.flush()
        super().close()

    def abort(self) -> None:
        """Close the transport at once, and drop what was collected."""
        self.lose()
        super().abort()

    # Each pause and each end of one is a system call. Most messages are taken before anything else arrives.

    def pause_reading(self) -> None:
        """Stop reading when more arrives, unless `resume_reading` comes first."""
        self._pausing = True

    def resume_reading(self) -> None:
        """Go on reading."""
        if self._pausing:
            self._pausing = False
        else:
            super().resume_reading()

    def is_reading(self) -> bool:
        """Return whether more would be taken without a pause."""
        return not self._pausing and super().is_reading()

    def note_arrival(self) -> None:
        """Carry out a pause that was asked for, since more has arrived."""
        if self._pausing:
            self._pausing = False
            super().pause_reading()

    def rest(self) -> None:
        """Stop reading until the next turn of the event loop, so that other connections are served before."""
        # Nothing arrives meanwhile, so that no pause is carried out that `_go_on` would end.
        if self._transport.is_reading():
            self._transport.pause_reading()
            self._loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        if not self._transport.is_closing():
            self._transport.resume_reading()

    def get_write_buffer_size(self) -> int:
        """Return the number of bytes that were not sent yet."""
        return self._size + super().get_write_buffer_size()
