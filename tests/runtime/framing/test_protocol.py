"""What the protocol adds to uvicorn's own: what it negotiates, when it writes, and what it leaves alone."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send
from tests.runtime.framing.wire import Talk
from websockets.extensions.permessage_deflate import (
    ClientPerMessageDeflateFactory as Offer,
)
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory

from wsgen_runtime.framing.protocol import Protocol
from wsgen_runtime.outgoing.prepared import Prepare, Write
from wsgen_runtime.outgoing.servers import is_disconnect, own_send

TEXT = '{"price": 1.25}' * 20


class Accepting:
    """An application that accepts, and does what it is told until the client has gone."""

    def __init__(self, talk: Callable[[Send], Awaitable[None]] | None = None) -> None:
        self.talk = talk
        self.offer: dict[str, Any] = {}
        self.own: Send | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.offer = scope["extensions"]["websocket.prepared"]
        self.own = own_send(send)
        await receive()
        await send({"type": "websocket.accept"})
        if self.talk is not None:
            await self.talk(send)
            return
        while (await receive())["type"] != "websocket.disconnect":
            pass

    @property
    def prepare(self) -> Prepare:
        made: Prepare = self.offer["prepare"]
        return made

    @property
    def write(self) -> Write:
        found: Write = self.offer["write"]
        return found

    def update(self, text: str = TEXT) -> bool:
        return self.write(self.prepare(text))


async def accepted(
    offer: Offer | None = None, implementation: type = Protocol, **options: Any
) -> tuple[Accepting, Talk]:
    app = Accepting()
    talk = Talk(implementation, app, offer, **options)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert talk.wire.status == 101
    return app, talk


def header(talk: Talk) -> str:
    answer = b"".join(talk.wire.writes).split(b"\r\n\r\n")[0].decode()
    found = [line for line in answer.split("\r\n") if line.startswith("Sec-WebSocket-Extensions")]
    return found[0].partition(": ")[2] if found else ""


NO_TAKEOVER = "permessage-deflate; server_no_context_takeover"


@pytest.mark.parametrize(
    ("offer", "deflate", "negotiated", "compressed"),
    [
        (None, True, "", False),
        (Offer(), False, "", False),
        (
            Offer(),
            True,
            f"{NO_TAKEOVER}; server_max_window_bits=12; client_max_window_bits=12",
            True,
        ),
        (Offer(server_max_window_bits=8), True, "", False),
        (
            Offer(server_max_window_bits=9, client_max_window_bits=None),
            True,
            f"{NO_TAKEOVER}; server_max_window_bits=9",
            False,
        ),
        (
            Offer(server_max_window_bits=15, client_max_window_bits=None),
            True,
            f"{NO_TAKEOVER}; server_max_window_bits=12",
            True,
        ),
        (
            Offer(True, True, client_max_window_bits=None),
            True,
            f"{NO_TAKEOVER}; client_no_context_takeover; server_max_window_bits=12",
            True,
        ),
    ],
)
async def test_what_was_negotiated_decides(
    offer: Offer | None, deflate: bool, negotiated: str, compressed: bool
) -> None:
    app, talk = await accepted(offer, ws_per_message_deflate=deflate)
    assert header(talk) == negotiated
    assert app.update()
    await asyncio.sleep(0)
    assert talk.wire.writes[-1][0] == (0xC1 if compressed else 0x81)
    assert (len(talk.wire.writes[-1]) < len(TEXT)) is compressed
    assert talk.texts == [TEXT]
    await talk.end()


async def test_a_connection_with_a_takeover_gets_plain_frames(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    factory = ServerPerMessageDeflateFactory(server_max_window_bits=12)
    monkeypatch.setattr("wsgen_runtime.framing.protocol._DEFLATE", (factory,))
    app, talk = await accepted(Offer())
    for _ in range(3):
        assert app.update()
        await talk.protocol.send({"type": "websocket.send", "text": TEXT})
    assert talk.texts == [TEXT] * 6
    assert [write[0] for write in talk.wire.writes[1:]] == [
        0x81
    ] * 3  # and what was sent is behind it
    await talk.end()


async def test_all_connections_of_a_process_prepare_alike() -> None:
    one, first = await accepted(Offer())
    two, second = await accepted()
    assert one.prepare is two.prepare
    message = one.prepare(TEXT)
    assert one.write(message)
    assert two.write(message)
    await asyncio.sleep(0)
    assert first.texts == second.texts == [TEXT]
    await first.end()
    await second.end()


async def test_nothing_is_written_before_the_connection_is_open_or_after_it() -> None:
    seen: list[bool] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        offer = scope["extensions"]["websocket.prepared"]
        seen.append(offer["write"](offer["prepare"](TEXT)))
        await send({"type": "websocket.accept"})
        seen.append(offer["write"](offer["prepare"](TEXT)))
        await send({"type": "websocket.close", "code": 1000})
        seen.append(offer["write"](offer["prepare"](TEXT)))

    talk = Talk(Protocol, app)
    await asyncio.sleep(0.01)
    assert seen == [False, True, False]
    assert [kind for kind, _ in talk.wire.received] == ["TEXT", "CLOSE"]
    await talk.end()


async def test_an_app_that_returns_has_written_all() -> None:
    async def one_update(send: Send) -> None:
        assert app.update()

    app = Accepting(one_update)
    talk = Talk(Protocol, app)
    await asyncio.sleep(0.01)
    assert talk.texts == [TEXT]
    assert talk.wire.closing
    await talk.end()


@pytest.mark.parametrize(
    ("messages", "status"),
    [
        ([{"type": "websocket.close"}], 403),
        (
            [
                {"type": "websocket.http.response.start", "status": 401, "headers": []},
                {"type": "websocket.http.response.body", "body": b"no"},
            ],
            401,
        ),
        ([], 500),
    ],
)
async def test_a_client_that_is_refused_gets_the_answer_alone(
    messages: list[dict[str, Any]], status: int
) -> None:
    written: list[bool] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        offer = scope["extensions"]["websocket.prepared"]
        for message in messages:
            await send(message)
            written.append(offer["write"](offer["prepare"](TEXT)))
        if not messages:
            raise ValueError("a bug of the application")

    talk = Talk(Protocol, app)
    await asyncio.sleep(0.01)
    assert talk.wire.status == status
    assert talk.wire.closing
    assert not any(written)
    await talk.end()


async def test_a_request_that_is_no_handshake_is_answered() -> None:
    app = Accepting()
    talk = Talk(Protocol, app, connects=False)
    talk.protocol.data_received(b"GET / HTTP/1.1\r\nHost: server\r\n\r\n")
    assert b"426 Upgrade Required" in talk.wire.writes[0]
    await talk.end()


async def test_a_client_that_does_not_read_gets_nothing_past_its_queue() -> None:
    app, talk = await accepted()
    assert app.update("one")
    talk.protocol.pause_writing()
    assert not app.update("two")
    await asyncio.sleep(0)
    talk.protocol.resume_writing()
    assert app.update("three")
    await asyncio.sleep(0)
    assert talk.texts == ["one", "three"]
    await talk.end()


async def test_pings_of_a_client_that_does_not_read_do_not_pile_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def ping(*payloads: bytes) -> None:
        for payload in payloads:
            talk.client.send_ping(payload)
        talk.pass_on()

    def pongs() -> list[bytes]:
        return [data for kind, data in talk.wire.received if kind == "PONG"]

    _, talk = await accepted()
    talk.protocol.pause_writing()
    ping(b"1", b"2")  # little waits yet
    monkeypatch.setattr(talk.wire, "get_write_buffer_size", lambda: 1_000_000)
    ping(b"3", b"4")
    ping(b"5")
    assert pongs() == [b"1", b"2"]
    talk.protocol.resume_writing()
    assert pongs() == [b"1", b"2", b"5"]  # to the latest ping
    talk.protocol.pause_writing()
    ping(b"6")
    talk.client.send_ping(b"7")
    talk.client.send_close(1000)
    talk.pass_on()
    talk.protocol.resume_writing()
    assert pongs() == [b"1", b"2", b"5"]
    assert talk.wire.received[-1][0] == "CLOSE"
    await talk.end()


async def test_reading_goes_on_while_messages_are_taken_and_stops_otherwise() -> None:
    taking = asyncio.Semaphore(0)
    taken: list[str] = []

    async def take(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        while True:
            await taking.acquire()
            message = await receive()
            if message["type"] == "websocket.disconnect":
                return
            taken.append(message["text"])

    async def let(number: int) -> None:
        for _ in range(number):
            taking.release()
        for _ in range(5):
            await asyncio.sleep(0)

    def say(*texts: str) -> None:
        for text in texts:
            talk.client.send_text(text.encode())
        talk.pass_on()

    talk = Talk(Protocol, take)
    await let(0)
    changes = talk.wire.changes
    for text in ("one", "two"):  # each of which is taken before more comes
        say(text)
        assert not talk.protocol.transport.is_reading()
        await let(1)
        assert talk.protocol.transport.is_reading()
    assert changes == []
    say("three", "four")
    assert changes == []
    say("five")  # which had arrived when reading should have stopped
    assert changes == ["pause_reading"]
    await let(2)
    assert changes == ["pause_reading"]
    assert not talk.protocol.transport.is_reading()
    await let(1)
    assert changes == ["pause_reading", "resume_reading"]
    assert talk.protocol.transport.is_reading()
    assert taken == ["one", "two", "three", "four", "five"]
    taking.release()
    await talk.end()


async def test_a_client_that_sends_much_at_once_waits_for_a_turn() -> None:
    def pings(number: int) -> None:
        for _ in range(number):
            talk.client.send_ping(b"x" * 120)
        talk.pass_on()

    _, talk = await accepted()
    changes = talk.wire.changes
    pings(100)
    assert changes == []
    pings(1100)
    assert changes == ["pause_reading"]
    await asyncio.sleep(0)
    assert changes == ["pause_reading", "resume_reading"]
    changes.clear()
    talk.client.send_text(b"a message")  # which the application takes only later
    pings(1100)
    await asyncio.sleep(0)
    assert changes == ["pause_reading", "resume_reading"]
    pings(1100)
    talk.wire.closing = True
    await asyncio.sleep(0)
    assert changes == ["pause_reading", "resume_reading", "pause_reading"]
    await talk.end()


async def test_a_client_that_sends_no_more_gets_the_rest_and_nothing_after_it() -> None:
    app, talk = await accepted()
    assert app.update("one")
    talk.protocol.eof_received()
    talk.wire.closing = True  # as transports do then
    assert not app.update("two")
    assert talk.texts == ["one"]
    await talk.end()


async def test_a_lost_connection_takes_nothing_and_keeps_nothing() -> None:
    app, talk = await accepted()
    assert app.update("one")
    talk.lose(ConnectionResetError())
    assert not app.update("two")
    await asyncio.sleep(0)
    assert talk.texts == []
    assert talk.protocol.transport.get_write_buffer_size() == 0
    await talk.end()


async def test_a_transport_that_fails_means_that_the_client_has_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, talk = await accepted()
    # It raises a RuntimeError, as a transport of uvloop does after its end.
    monkeypatch.setattr(talk.wire, "write", threading.Thread().join)
    with pytest.raises(RuntimeError) as raised:
        await talk.protocol.send({"type": "websocket.send", "text": TEXT})
    assert is_disconnect(raised.value)
    await talk.end()


async def test_send_is_known_to_be_the_servers_own_but_not_that_of_a_subclass() -> None:
    class Other(Protocol):
        """It might override what `send` calls."""

    app, talk = await accepted()
    assert app.own is not None
    other, another = await accepted(implementation=Other)
    assert other.own is None
    await talk.end()
    await another.end()
