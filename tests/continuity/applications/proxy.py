"""The network of one application: it drops connections, stops reading, or lets nothing through."""

import asyncio
import contextlib
import re
import socket
from collections.abc import Iterator

from tests.continuity.client import Locate

_BUFFER = 16 * 1024  # so that a server soon notices an application that reads nothing
_NUMBER = re.compile(rb"&n=(\d+)")
_EXTENSIONS = re.compile(rb"\r\nsec-websocket-extensions:[^\r]*", re.IGNORECASE)
_TYPE = re.compile(rb'"type":\s*"([^"]+)"')


class Proxy:
    """Carries each connection to a server that `locate` names. Its number is in the address that is asked for."""

    def __init__(self, locate: Locate) -> None:
        self.servers: dict[int, str] = {}
        """The process by the number of the connection."""
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

    def settle(self) -> None:
        """Carry everything from now on, whatever was to come."""
        self._drop_at = None
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
            self.servers[int(found[1])] = name
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
                link.down.write(frame)
                found = _TYPE.search(frame) if self._drop_at is not None else None
                if found is not None and self._drop_at and found[1].endswith(self._drop_at):
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
