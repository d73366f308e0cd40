"""The cork collects frames for one write, and keeps the order of all that is written."""

import asyncio
from typing import Any

from websockets.protocol import State
from websockets.server import ServerProtocol

from wsgen_runtime.framing.cork import Cork, Flusher
from wsgen_runtime.framing.prepared_message import PreparedMessage

ONE, TWO, THREE = map(PreparedMessage, ("one", "two", "three"))
LARGE = PreparedMessage("x" * 20_000)


class Calls(asyncio.Transport):
    """Notes what is called."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Any] = []
        self.closing = False
        self.fails = False

    def write(self, data: Any) -> None:
        self.calls.append(bytes(data))
        if self.fails:
            raise RuntimeError("the transport failed")

    def writelines(self, list_of_data: Any) -> None:
        self.calls.append(list(list_of_data))

    def write_eof(self) -> None:
        self.calls.append("eof")

    def close(self) -> None:
        self.calls.append("close")
        self.closing = True

    def abort(self) -> None:
        self.calls.append("abort")
        self.closing = True

    def is_closing(self) -> bool:
        return self.closing

    def get_write_buffer_size(self) -> int:
        return 7


class Corked:
    """A cork, and what it is told about its connection."""

    def __init__(self, flusher: Flusher | None = None) -> None:
        self.transport = Calls()
        self.conn = ServerProtocol()
        self.conn.state = State.OPEN
        self.writable = asyncio.Event()
        self.writable.set()
        loop = asyncio.get_running_loop()
        self.cork = Cork(self.transport, self.conn, self.writable, flusher or Flusher(), loop)

    def pause(self) -> None:
        """Do what the protocol does when its transport cannot take more."""
        self.cork.recheck()
        self.writable.clear()

    @property
    def calls(self) -> list[Any]:
        return self.transport.calls


async def test_what_comes_in_one_turn_is_one_write() -> None:
    corked = Corked()
    assert corked.cork.write_prepared(ONE)
    assert corked.cork.write_prepared(TWO)
    assert corked.calls == []
    await asyncio.sleep(0)
    assert corked.cork.write_prepared(THREE)
    assert corked.calls == [ONE.plain + TWO.plain]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert corked.calls == [ONE.plain + TWO.plain, THREE.plain]


async def test_all_else_comes_behind_what_was_collected() -> None:
    for call, calls in {
        "write": [ONE.plain + b"x"],
        "writelines": [ONE.plain, [b"x"]],
        "write_eof": [ONE.plain, "eof"],
        "close": [ONE.plain, "close"],
        "abort": ["abort"],
    }.items():
        corked = Corked()
        assert corked.cork.write_prepared(ONE)
        arguments: dict[str, list[Any]] = {"write": [b"x"], "writelines": [[b"x"]]}
        getattr(corked.cork, call)(*arguments.get(call, []))
        assert corked.calls == calls
        await asyncio.sleep(0)
        assert corked.calls == calls


async def test_a_connection_that_is_not_open_takes_nothing() -> None:
    for state in (State.CONNECTING, State.CLOSING, State.CLOSED):
        corked = Corked()
        corked.conn.state = state
        assert not corked.cork.write_prepared(ONE)
    corked = Corked()
    corked.transport.closing = True
    assert not corked.cork.write_prepared(ONE)
    corked = Corked()
    corked.writable.clear()
    assert not corked.cork.write_prepared(ONE)


async def test_a_connection_that_was_open_takes_no_more_after_its_close_frame() -> None:
    corked = Corked()
    assert corked.cork.write_prepared(ONE)
    await asyncio.sleep(0)
    corked.conn.state = State.CLOSING
    corked.cork.write(b"the close frame")
    assert not corked.cork.write_prepared(TWO)
    assert corked.calls == [ONE.plain, b"the close frame"]


async def test_a_connection_that_is_closed_takes_no_more() -> None:
    for call in ("close", "abort"):
        corked = Corked()
        assert corked.cork.write_prepared(ONE)
        getattr(corked.cork, call)()
        assert not corked.cork.write_prepared(TWO)
        assert corked.cork.get_write_buffer_size() == 7


async def test_after_each_write_the_connection_is_checked_again() -> None:
    for call, data in {"write": b"x", "writelines": [b"x"]}.items():
        corked = Corked()
        assert corked.cork.write_prepared(ONE)
        getattr(corked.cork, call)(data)
        corked.writable.clear()  # the transport has asked to wait
        assert not corked.cork.write_prepared(TWO)


async def test_a_client_that_stops_reading_within_a_turn_takes_no_more() -> None:
    corked = Corked()
    assert corked.cork.write_prepared(ONE)
    corked.writable.clear()
    corked.cork.recheck()
    assert not corked.cork.write_prepared(TWO)
    await asyncio.sleep(0)
    assert corked.calls == [ONE.plain]


async def test_nothing_is_written_to_a_transport_that_has_closed_itself() -> None:
    corked = Corked()
    assert corked.cork.write_prepared(ONE)
    corked.transport.closing = True
    await asyncio.sleep(0)
    corked.cork.lose()
    assert corked.calls == []


async def test_a_burst_is_written_in_parts_so_that_the_transport_can_hold_it_up() -> None:
    corked = Corked()
    assert corked.cork.write_prepared(LARGE)
    assert corked.calls == []
    assert corked.cork.write_prepared(LARGE)
    assert corked.calls == [LARGE.plain * 2]
    corked.pause()
    assert not corked.cork.write_prepared(ONE)


async def test_what_was_collected_counts_as_not_sent() -> None:
    corked = Corked()
    corked.cork.write_prepared(ONE)
    assert corked.cork.get_write_buffer_size() == len(ONE.plain) + 7
    await asyncio.sleep(0)
    assert corked.cork.get_write_buffer_size() == 7


async def test_other_callbacks_run_between_the_writes_to_many_connections() -> None:
    flusher = Flusher()
    many = [Corked(flusher) for _ in range(1000)]
    for corked in many:
        corked.cork.write_prepared(ONE)
    written = []
    for _ in range(4):
        await asyncio.sleep(0)
        written.append(sum(len(corked.calls) for corked in many))
    assert written == [256, 512, 768, 1000]


async def test_a_transport_that_fails_keeps_no_other_from_being_written() -> None:
    flusher, failures = Flusher(), []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: failures.append(context["exception"]))
    bad, good = Corked(flusher), Corked(flusher)
    bad.transport.fails = True
    for corked in (bad, good):
        corked.cork.write_prepared(ONE)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert good.calls == [ONE.plain]
    assert [str(error) for error in failures] == ["the transport failed"]


async def test_all_other_calls_are_passed_on() -> None:
    class Known(Calls):
        speciality = "of this transport"

        def get_extra_info(self, name: str, default: Any = None) -> Any:
            return name

    corked = Corked()
    transport = corked.cork._transport = Known()
    called: list[tuple[str, tuple[Any, ...]]] = []
    for name, arguments in {
        "can_write_eof": (),
        "get_write_buffer_limits": (),
        "set_write_buffer_limits": (3, 1),
        "resume_reading": (),
        "is_reading": (),
        "get_protocol": (),
        "set_protocol": (asyncio.Protocol(),),
    }.items():
        called.clear()
        setattr(transport, name, lambda *given, name=name: called.append((name, given)))
        getattr(corked.cork, name)(*arguments)
        assert called == [(name, arguments)]
    assert corked.cork.get_extra_info("peername") == "peername"
    assert getattr(corked.cork, "speciality") == "of this transport"  # noqa: B009 - it is not declared
