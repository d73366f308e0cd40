"""Prepared messages are written directly to a socket whose transport has nothing to write, on each event loop."""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

import pytest
import uvloop
from websockets.protocol import State
from websockets.server import ServerProtocol

from wsgen_runtime.framing.cork import Cork, Flusher
from wsgen_runtime.framing.plain_sockets import descriptor_of
from wsgen_runtime.framing.prepared_message import PreparedMessage

RUNS: list[Callable[[Any], object]] = [asyncio.run, uvloop.run]
Run = Callable[[Awaitable[None]], None]
ONE, TWO, THREE = map(PreparedMessage, ("one", "two", "three"))
Written = list[tuple[int, bytes]]


class Connection(asyncio.Protocol):
    """A corked connection, and the socket at its other end."""

    def __init__(self) -> None:
        self.ours, self.theirs = socket.socketpair()
        for end in (self.ours, self.theirs):
            end.setblocking(False)
        self.writable = asyncio.Event()
        self.writable.set()
        self.lost = False
        self.conn = ServerProtocol()
        self.conn.state = State.OPEN

    async def open(self) -> "Connection":
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: self, sock=self.ours)
        return self

    def connection_made(self, transport: Any) -> None:
        loop = asyncio.get_running_loop()
        self.cork = Cork(transport, self.conn, self.writable, Flusher(), loop)

    def connection_lost(self, exc: Exception | None) -> None:
        self.cork.lose()
        self.lost = True

    def pause_writing(self) -> None:
        self.cork.recheck()
        self.writable.clear()

    def resume_writing(self) -> None:
        self.writable.set()

    async def read(self, size: int) -> bytes:
        """Return the next bytes that the other end gets."""
        data = b""
        async with asyncio.timeout(30):
            while len(data) < size:
                data += await asyncio.get_running_loop().sock_recv(self.theirs, size - len(data))
        return data


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Written:
    """What is written directly."""
    calls: Written = []

    def note(descriptor: int, data: bytes) -> int:
        calls.append((descriptor, data))
        return os.write(descriptor, data)

    monkeypatch.setattr("wsgen_runtime.framing.cork.write", note)
    return calls


@pytest.fixture(params=RUNS, ids=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    chosen: Run = request.param
    return chosen


def test_a_burst_is_one_write_to_the_socket(run: Run, written: Written) -> None:
    async def talk() -> None:
        connection = await Connection().open()
        assert connection.cork.write_prepared(ONE)
        assert connection.cork.write_prepared(TWO)
        await asyncio.sleep(0)
        assert written == [(connection.ours.fileno(), ONE.plain + TWO.plain)]
        connection.cork.write(b"more")
        assert connection.cork.write_prepared(THREE)
        all_of_it = ONE.plain + TWO.plain + b"more" + THREE.plain
        assert await connection.read(len(all_of_it)) == all_of_it
        assert len(written) == 2
        connection.cork.abort()
        connection.theirs.close()

    run(talk())


def test_what_the_socket_does_not_take_waits_in_the_transport(run: Run, written: Written) -> None:
    async def talk() -> None:
        connection = await Connection().open()
        cork, sent = connection.cork, b""
        for number in count():
            message = PreparedMessage(f"{number:09}" * 1000)
            if not cork.write_prepared(message):
                break  # the transport has asked to wait
            sent += message.plain
            await asyncio.sleep(0)
        # The transport had something to write: all that followed went through it, behind that.
        waiting = cork.get_write_buffer_size()
        assert waiting > 0
        assert sum(len(data) for _, data in written) < len(sent)
        arrived = await connection.read(len(sent)) == sent
        assert arrived  # compared apart, since pytest would explain for minutes how they differ
        await asyncio.wait_for(connection.writable.wait(), 30)
        assert cork.write_prepared(ONE)
        assert await connection.read(len(ONE.plain)) == ONE.plain
        assert written[-1][1] == ONE.plain  # directly again
        cork.abort()
        connection.theirs.close()

    run(talk())


def test_what_the_socket_takes_in_part_is_sent_once(
    run: Run, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take_some(descriptor: int, data: bytes) -> int:
        written.append((descriptor, data))
        return os.write(descriptor, data[:3])

    async def talk() -> None:
        monkeypatch.setattr("wsgen_runtime.framing.cork.write", take_some)
        connection = await Connection().open()
        assert connection.cork.write_prepared(ONE)
        connection.cork.flush()
        assert connection.cork.write_prepared(TWO)
        all_of_it = ONE.plain + TWO.plain
        assert await connection.read(len(all_of_it)) == all_of_it
        assert written[0][1] == ONE.plain
        connection.cork.abort()
        connection.theirs.close()

    run(talk())


def test_an_error_of_the_socket_ends_the_connection(run: Run, written: Written) -> None:
    async def talk() -> None:
        connection = await Connection().open()
        connection.cork._transport.pause_reading()  # so that only a write can find out
        connection.theirs.close()
        async with asyncio.timeout(30):
            while not connection.lost:
                connection.cork.write_prepared(ONE)
                await asyncio.sleep(0.001)
        assert written
        assert not connection.cork.write_prepared(ONE)

    run(talk())


def test_another_socket_with_the_same_descriptor_gets_nothing(run: Run, written: Written) -> None:
    async def talk() -> None:
        connection = await Connection().open()
        assert connection.cork.write_prepared(ONE)
        descriptor = connection.ours.fileno()
        connection.cork._transport.abort()  # not through the cork, as after a failed read
        for _ in range(5):
            await asyncio.sleep(0)
        assert connection.lost
        connection.theirs.close()
        pairs = [socket.socketpair() for _ in range(4)]
        assert descriptor in [end.fileno() for pair in pairs for end in pair]
        assert not connection.cork.write_prepared(TWO)
        connection.cork.flush()
        await asyncio.sleep(0)
        assert written == []
        for pair in pairs:
            for end in pair:
                end.close()

    run(talk())


def test_sockets_of_tcp_are_written_to_directly(run: Run) -> None:
    async def talk() -> None:
        loop = asyncio.get_running_loop()
        async with await asyncio.start_server(
            lambda _, writer: writer.close(), "127.0.0.1", 0
        ) as server:
            address = server.sockets[0].getsockname()
            transport, _ = await loop.create_connection(asyncio.Protocol, *address)
            assert descriptor_of(transport) == transport.get_extra_info("socket").fileno()
            transport.abort()

    run(talk())


async def test_other_transports_write_all_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    class Unknown(asyncio.Transport):
        pass

    assert descriptor_of(Unknown()) is None
    connection = await Connection().open()
    transport = connection.cork._transport
    assert descriptor_of(transport) == connection.ours.fileno()
    monkeypatch.setattr("sys.platform", "win32")
    assert descriptor_of(transport) is None
    monkeypatch.undo()
    connection.cork.abort()
    connection.theirs.close()
