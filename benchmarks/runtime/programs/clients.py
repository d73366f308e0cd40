"""The process of the clients: any number of picows clients, which lines of JSON on stdin control.

It does not depend on the contestant: it sends given frames, and counts or times the frames that it receives.
"""

import asyncio
import json
import re
import sys
import time
from collections.abc import Callable
from typing import Any

from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

_TIME = re.compile(rb'"time":\s*([0-9.e+-]+)')
_SYMBOL = re.compile(rb'"symbol":"(S[0-9]+)"')
_PORTS = 20_000
"""The number of connections from one source address, whose ports are limited."""


class _Count:
    """Frames seen since `start`, and when the last one expected came.

    `answer` is called with each while it is set.
    """

    def __init__(self) -> None:
        self.answer: Callable[[WSTransport, bytes], None] | None = None
        self.seen = 0
        self.expected = -1
        self.ended = 0.0
        self.reached = asyncio.Event()

    def start(self, expected: int) -> None:
        self.seen = 0
        self.expected = expected
        self.reached.clear()

    async def reach(self) -> float:
        async with asyncio.timeout(120):
            await self.reached.wait()
        return self.ended


class _Client(WSListener):
    """Counts its frames."""

    def __init__(self, count: _Count) -> None:
        self._count = count

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        count = self._count
        if frame.msg_type == WSMsgType.CLOSE:
            raise RuntimeError(f"closed by the server: {frame.get_close_reason()}")
        if count.answer is not None:
            count.answer(transport, frame.get_payload_as_bytes())
        count.seen += 1
        if count.seen == count.expected:
            count.ended = time.monotonic()
            count.reached.set()


class _Clients:
    """All clients of this process."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._count = _Count()
        self._connected: list[WSTransport] = []
        self._guest: WSTransport | None = None
        self._followed: tuple[dict[bytes, int], list[float]] = {}, []

    async def connect(self, number: int) -> int:
        """Connect `number` more clients, some at a time."""
        while number:
            some = min(number, 100)
            # One source address has ports for a limited number of connections to the same server.
            source = f"127.0.0.{1 + len(self._connected) // _PORTS}"
            connecting = (
                ws_connect(
                    lambda: _Client(self._count),
                    f"ws://127.0.0.1:{self._port}/",
                    websocket_handshake_timeout=60,
                    read_buffer_init_size=1024,
                    local_addr=(source, 0),
                )
                for _ in range(some)
            )
            self._connected += [transport for transport, _ in await asyncio.gather(*connecting)]
            number -= some
        return len(self._connected)

    async def ask(self, frame: str, first: int, last: int, topics: int) -> float:
        """Send `frame` with each client's topic from `first` to before `last`, and await the answers."""
        self._count.start(last - first)
        for number, transport in enumerate(self._connected[first:last]):
            transport.send(WSMsgType.TEXT, (frame % (number % topics)).encode())
        return await self._count.reach()

    async def storm(self, subscribe: str, unsubscribe: str, turns: int) -> float:
        """Let each client subscribe to a topic and unsubscribe, `turns` times; return the seconds this took."""
        rest = {id(transport): turns * 2 for transport in self._connected}
        numbers = {id(transport): number for number, transport in enumerate(self._connected)}

        def go_on(transport: WSTransport, _answer: bytes) -> None:
            left = rest[id(transport)]
            if left == 0:
                return
            rest[id(transport)] = left - 1
            topic = (numbers[id(transport)] + (left + 1) // 2) % 100
            frame = unsubscribe if left % 2 else subscribe
            transport.send(WSMsgType.TEXT, (frame % topic).encode())

        self._count.start(len(self._connected) * turns * 2)
        self._count.answer = go_on
        started = time.monotonic()
        for transport in self._connected:
            go_on(transport, b"")
        ended = await self._count.reach()
        self._count.answer = None
        return ended - started

    async def latencies(self, expected: int) -> list[float]:
        """Return the sorted latencies of the next `expected` updates, in seconds."""
        found: list[float] = []

        def note(_transport: WSTransport, update: bytes) -> None:
            match = _TIME.search(update)
            assert match is not None, update
            found.append(time.monotonic() - float(match[1]))

        self._count.start(expected)
        self._count.answer = note
        await self._count.reach()
        self._count.answer = None
        return sorted(found)

    def follow(self, period: float) -> str:
        """Note the updates of topics, each of which is published to every `period` seconds, until `followed`."""
        newest: dict[bytes, float] = {}
        counts: dict[bytes, int] = {}
        waited: list[float] = []
        self._followed = counts, waited

        def note(_transport: WSTransport, update: bytes) -> None:
            published, symbol = _TIME.search(update), _SYMBOL.search(update)
            assert published is not None, update
            assert symbol is not None, update
            name, at = symbol[1], float(published[1])
            if name in newest:
                # The first update after the last one that came is a period younger.
                waited.append(time.monotonic() - newest[name] - period)
            newest[name] = at
            counts[name] = counts.get(name, 0) + 1

        self._count.start(-1)
        self._count.answer = note
        return "ready"

    def followed(self) -> dict[str, Any]:
        """Return how many updates came since `follow`, the fewest of a topic, and what the newest values waited.

        That is the 99th percentile of the seconds from the publishing of a value until it, or a newer one, came.
        """
        self._count.answer = None
        counts, waited = self._followed
        return {
            "updates": sum(counts.values()),
            "topics": len(counts),
            "fewest": min(counts.values()),
            "waited": sorted(waited)[int(len(waited) * 0.99)],
        }

    async def meet(self, frame: str, reads: bool) -> int:
        """Connect a guest that subscribes to the topics 0 and 1 and is not counted; it may never read."""
        transport, _ = await ws_connect(lambda: _Client(_Count()), f"ws://127.0.0.1:{self._port}/")
        for number in (0, 1):
            transport.send(WSMsgType.TEXT, (frame % number).encode())
        await asyncio.sleep(0.2)
        if not reads:
            transport.underlying_transport.pause_reading()
        self._guest = transport
        return 1

    def part(self) -> int:
        """Disconnect the guest without closing its socket."""
        if self._guest is not None:
            self._guest.underlying_transport.abort()
        self._guest = None
        return 0

    async def answer(self, command: list[Any]) -> object:
        """Execute `command`, which the driver of the benchmark has sent."""
        match command:
            case ["connect", number]:
                return await self.connect(number)
            case ["ask", frame, first, last, topics]:
                return await self.ask(frame, first, last, topics)
            case ["receive", expected]:
                self._count.start(expected)
                _say("ready")
                return await self._count.reach()
            case ["storm", subscribe, unsubscribe, turns]:
                return await self.storm(subscribe, unsubscribe, turns)
            case ["latencies", expected]:
                _say("ready")
                return await self.latencies(expected)
            case ["follow", period]:
                return self.follow(period)
            case ["followed"]:
                return self.followed()
            case ["meet", frame, reads]:
                return await self.meet(frame, reads)
            case ["part"]:
                return self.part()
        raise ValueError(command)


def _say(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


async def _main() -> None:
    clients = _Clients(int(sys.argv[1]))
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        _say(await clients.answer(json.loads(line)))


if __name__ == "__main__":
    asyncio.run(_main())
