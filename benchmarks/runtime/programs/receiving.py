"""What the clients of one process receive: they count frames, and note when they came if that is wanted."""

import asyncio
import socket
import struct
import time
from collections.abc import Callable, Iterable

from picows import WSFrame, WSListener, WSMsgType, WSTransport

_BYTES_RECEIVED = 128  # its offset in the structure that the option TCP_INFO of Linux gives


class Count:
    """Frames seen since `start`, and when the last one expected came.

    `answer` is called with each while it is set.
    """

    def __init__(self) -> None:
        self.answer: Callable[[WSTransport, bytes], None] | None = None
        self.timed = False
        self.seen = 0
        self.expected = -1
        self.ended = 0.0
        self.reached = asyncio.Event()

    def start(self, expected: int, *, timed: bool = False) -> None:
        """Count from zero, and let each client note the times of its frames if they are to be `timed`."""
        self.seen = 0
        self.expected = expected
        self.timed = timed
        self.reached.clear()

    async def reach(self) -> float:
        """Return when the last frame expected came; raises TimeoutError if it does not."""
        async with asyncio.timeout(120):
            await self.reached.wait()
        return self.ended


class Client(WSListener):
    """Counts its frames."""

    def __init__(self, count: Count) -> None:
        self._count = count
        self.times: list[float] = []

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Count `frame`, which is not decompressed."""
        count = self._count
        if frame.msg_type == WSMsgType.CLOSE:
            raise RuntimeError(f"closed by the server: {frame.get_close_reason()}")
        if count.answer is not None:
            count.answer(transport, frame.get_payload_as_bytes())
        if count.timed:
            self.times.append(time.monotonic())
        count.seen += 1
        if count.seen == count.expected:
            count.ended = time.monotonic()
            count.reached.set()


def delays(clients: Iterable[Client], published: list[float]) -> tuple[float, float]:
    """Return the median and the 99th percentile of what the clients waited for the updates, in seconds.

    Each client has got the updates in the order in which they were `published`.
    """
    found: list[float] = []
    for client in clients:
        times, client.times = client.times, []
        if times:
            found += [came - sent for came, sent in zip(times, published, strict=True)]
    found.sort()
    return found[len(found) // 2], found[int(len(found) * 0.99)]


def bytes_received(transports: Iterable[WSTransport]) -> int:
    """Return the bytes that the kernel has received on the sockets, with all framing and encryption."""
    received = 0
    for transport in transports:
        connection = transport.underlying_transport.get_extra_info("socket")
        about = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _BYTES_RECEIVED + 8)
        received += struct.unpack_from("Q", about, _BYTES_RECEIVED)[0]
    return received
