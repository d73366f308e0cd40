"""The process of the clients: any number of picows clients, which lines of JSON on stdin control.

It does not depend on the contestant: it sends given frames, and counts or times the frames that it receives.
"""

import argparse
import asyncio
import json
import os
import re
import ssl
import sys
import time
from typing import Any

from picows import WSMsgType, WSTransport, ws_connect

from benchmarks.runtime.programs.receiving import Client, Count, bytes_received, delays

_TIME = re.compile(rb'"time":\s*([0-9.e+-]+)')
_SYMBOL = re.compile(rb'"symbol":"(S[0-9]+)"')
_PORTS = 20_000
"""The number of connections from one source address, whose ports are limited."""


class _Clients:
    """All clients of this process."""

    def __init__(self, url: str, offer: str) -> None:
        self._url = url
        self._options: dict[str, Any] = {  # those of picows, of many types
            "websocket_handshake_timeout": 60,
            "read_buffer_init_size": 1024,
            "extra_headers": {"Sec-WebSocket-Extensions": offer} if offer else None,
            "ssl_context": _trusting() if url.startswith("wss:") else None,
        }
        self._count = Count()
        self._connected: list[WSTransport] = []
        self._listeners: list[Client] = []
        self._guest: WSTransport | None = None
        self._followed: tuple[dict[bytes, int], list[float]] = {}, []

    async def connect(self, number: int) -> int:
        """Connect `number` more clients, some at a time."""
        while number:
            some = min(number, 100)
            # A source address has a limited number of ports, and each process its own addresses.
            source = f"127.{1 + os.getpid() % 250}.0.{1 + len(self._connected) // _PORTS}"
            connecting = (
                ws_connect(
                    lambda: Client(self._count),
                    self._url,
                    local_addr=(source, 0),
                    **self._options,
                )
                for _ in range(some)
            )
            for transport, listener in await asyncio.gather(*connecting):
                self._connected.append(transport)
                self._listeners.append(listener)
            number -= some
        return len(self._connected)

    async def ask(self, frame: str, first: int, last: int, topics: int, answers: int) -> float:
        """Send `frame` with each client's topic, if it has any, and await so many answers for each.

        The clients are those from `first` to before `last`.
        """
        self._count.start((last - first) * answers)
        for number, transport in enumerate(self._connected[first:last]):
            text = frame % (number % topics) if topics else frame
            transport.send(WSMsgType.TEXT, text.encode())
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
        transport, _ = await ws_connect(lambda: Client(Count()), self._url, **self._options)
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
            case ["ask", frame, first, last, topics, answers]:
                return await self.ask(frame, first, last, topics, answers)
            case ["receive", expected, *timed]:
                self._count.start(expected, timed=bool(timed))
                _say("ready")
                return await self._count.reach()
            case ["storm", subscribe, unsubscribe, turns]:
                return await self.storm(subscribe, unsubscribe, turns)
            case ["delays", published]:
                return delays(self._listeners, published)
            case ["spent"]:
                return (time.process_time(), os.times().system), bytes_received(self._connected)
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


def _trusting() -> ssl.SSLContext:
    """Return a context that trusts the certificate that the benchmark has just made."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def _main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("offer", help="the extensions that the clients offer, if any")
    options = parser.parse_args()
    clients = _Clients(options.url, options.offer)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        _say(await clients.answer(json.loads(line)))


if __name__ == "__main__":
    asyncio.run(_main())
