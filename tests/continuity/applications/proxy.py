"""The network of one application: it drops connections and updates, stops reading, or lets nothing through."""

import asyncio
import contextlib
import random
import re
import socket
from collections.abc import Iterator

from tests.continuity.client import Locate

_BUFFER = 16 * 1024  # so that a server soon notices an application that reads nothing
_END = 5.0  # seconds in which connections that were cut must have ended
_NUMBER = re.compile(rb"&n=(\d+)")
_EXTENSIONS = re.compile(rb"\r\nsec-websocket-extensions:[^\r]*", re.IGNORECASE)
_TOPIC = re.compile(rb'"topic":\s*"((?:[^"\\]|\\.)*)"')
_TYPE = re.compile(rb'"type":\s*"([^"]+)"')


class Proxy:
    """Carries each connection to a server that `locate` names. Its number is in the address that is asked for."""

    def __init__(self, locate: Locate, chance: random.Random) -> None:
        self.servers: dict[int, str] = {}
        """The process by the number of the connection."""
        self.lossy: set[int] = set()
        """The connections on which updates were lost."""
        self._chance = chance
        self._loss = 0.0
        self._locate = locate
        self._links: set[_Link] = set()
        self._reading = asyncio.Event()
        self._reading.set()
        self._drop_at: bytes | None = None
        self._server: asyncio.Server | None = None

    async def start(self) -> str:
        """Listen; return the address."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0, limit=_BUFFER)
        return f"ws://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/"

    async def stop(self) -> None:
        """End everything."""
        if self._server is not None:
            self._server.close()
        self.drop()
        if carrying := {link.task for link in self._links if link.task}:
            await asyncio.wait(carrying, timeout=_END)

    def drop(self, at: str | None = None) -> None:
        """Lose all connections: at once, or at the next frame of which the type ends with `at`."""
        if at is not None:
            self._drop_at = at.encode()
            return
        for link in self._links:
            link.abort()

    def read(self, reading: bool) -> None:
        """Stop reading what servers send, or go on."""
        (self._reading.set if reading else self._reading.clear)()

    def vanish(self) -> None:
        """Let nothing pass on the present connections from now on, nor their end."""
        for link in self._links:
            link.vanished = True

    def lose(self, share: float) -> None:
        """Lose so many of the updates that have a successor, as a server does whose client is slow."""
        self._loss = share

    def settle(self) -> None:
        """Carry everything from now on, whatever was to come."""
        self._drop_at = None
        self._loss = 0.0
        for link in self._links:
            link.release()
        self.read(True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = _Link(writer)
        self._links.add(link)
        try:
            with contextlib.suppress(OSError, EOFError, asyncio.LimitOverrunError, ExceptionGroup):
                await self._connect(link, reader)
        finally:
            link.abort()
            self._links.discard(link)

    async def _connect(self, link: "_Link", reader: asyncio.StreamReader) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        found = _NUMBER.search(head)
        port, name = self._locate()
        if found is not None:
            link.number = int(found[1])
            self.servers[link.number] = name
        raw = socket.socket()
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2 * _BUFFER)
        raw.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", port))
        except OSError:
            raw.close()
            raise
        answers, link.up = await asyncio.open_connection(sock=raw, limit=_BUFFER)
        link.up.write(_EXTENSIONS.sub(b"", head))
        link.down.write(await answers.readuntil(b"\r\n\r\n"))
        async with asyncio.TaskGroup() as both:
            both.create_task(self._up(link, reader))
            both.create_task(self._down(link, answers))

    def _passes(self, link: "_Link", kind: bytes, frame: bytes) -> bool:
        """Hold an update back now and then, until it is clear whether it has a successor: then it is lost."""
        topic = found[1] if (found := _TOPIC.search(frame)) else b""
        update = kind.endswith(b".update")
        if topic in link.held:
            if update:
                del link.held[topic]
                self.lossy.add(link.number)
            else:
                link.release()
        elif update and self._chance.random() < self._loss:
            link.held[topic] = frame
            return False
        return True

    async def _up(self, link: "_Link", reader: asyncio.StreamReader) -> None:
        assert link.up is not None
        while data := await reader.read(_BUFFER):
            if link.up.is_closing():
                break
            if not link.vanished:
                link.up.write(data)
                await link.up.drain()
        raise EOFError

    async def _down(self, link: "_Link", reader: asyncio.StreamReader) -> None:
        waiting = bytearray()
        while data := await reader.read(_BUFFER):
            await self._reading.wait()
            if link.down.is_closing():
                break
            if link.vanished:
                continue
            waiting += data
            for frame in _frames(waiting):
                kind = found[1] if (found := _TYPE.search(frame)) else b""
                if not self._passes(link, kind, frame):
                    continue
                link.down.write(frame)
                if self._drop_at and kind.endswith(self._drop_at):
                    self._drop_at = None
                    await link.end()
                    raise EOFError
            await link.down.drain()
        if link.vanished:
            await asyncio.Event().wait()  # until the application leaves it
        await link.end()
        raise EOFError


class _Link:
    """One connection from the application, with the one to the server."""

    def __init__(self, down: asyncio.StreamWriter) -> None:
        self.down = down
        self.up: asyncio.StreamWriter | None = None
        self.vanished = False
        self.number = 0
        self.task = asyncio.current_task()
        """What carries it."""
        self.held: dict[bytes, bytes] = {}
        """An update of each topic that may get lost."""

    def release(self) -> None:
        """Pass on what was held back, unless nothing passes."""
        for frame in () if self.vanished else self.held.values():
            self.down.write(frame)
        self.held.clear()

    def abort(self) -> None:
        for writer in (self.down, self.up):
            if writer is not None:
                writer.transport.abort()

    async def end(self) -> None:
        """End in an orderly way: what was written arrives."""
        self.down.close()
        await self.down.wait_closed()


def _frames(waiting: bytearray) -> Iterator[bytes]:
    """Take all complete frames of a server off the bytes that wait."""
    while len(waiting) >= 2:
        short = waiting[1] & 127
        head = {126: 4, 127: 10}.get(short, 2)
        length = short if head == 2 else int.from_bytes(waiting[2:head], "big")
        if len(waiting) < head or len(waiting) < head + length:
            return
        frame = bytes(waiting[: head + length])
        del waiting[: head + length]
        yield frame
