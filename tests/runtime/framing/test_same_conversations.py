"""Any conversation gives a client the same messages, in the same order, as with uvicorn's own protocol."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.types import Receive, Scope, Send
from tests.runtime.framing.offers import OFFERS
from tests.runtime.framing.wire import Talk
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory as Offer

from wsgen_runtime.framing.protocol import Protocol
from wsgen_runtime.outgoing.prepared import prepared_writing

TEXTS = ["", "{}", '{"price": 1.25}' * 20, "ä€😀" * 50, "x" * 70_000]


async def converse(
    implementation: type, steps: Sequence[tuple[str, Any]], offer: dict[str, Any] | None
) -> Talk:
    ready = asyncio.Event()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        prepare, write = prepared_writing(scope)
        talk = await talking
        for step, value in steps:
            if step == "update":
                if write is None or prepare is None or not write(prepare(value)):
                    await send({"type": "websocket.send", "text": value})
            elif step == "send":
                await send({"type": "websocket.send", "text": value})
            elif step == "bytes":
                await send({"type": "websocket.send", "bytes": value})
            elif step == "close":
                await send({"type": "websocket.close", "code": value, "reason": "done"})
            else:
                await DONE_BY_OTHERS[step](talk, value)
        ready.set()
        while (await receive())["type"] != "websocket.disconnect":
            pass

    talking: asyncio.Future[Talk] = asyncio.get_running_loop().create_future()
    talk = Talk(implementation, app, Offer(**offer) if offer is not None else None)
    talking.set_result(talk)
    (running,) = talk.state.tasks
    waiting = asyncio.ensure_future(ready.wait())
    async with asyncio.timeout(10):
        await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await talk.end()
    return talk


async def turn(talk: Talk, value: Any) -> None:
    await asyncio.sleep(0)


async def client_ping(talk: Talk, value: bytes) -> None:
    talk.client.send_ping(value)
    talk.pass_on()


async def client_text(talk: Talk, value: str) -> None:
    for index, part in enumerate(value):
        last = index == len(value) - 1
        if index == 0:
            talk.client.send_text(part.encode(), fin=last)
        else:
            talk.client.send_continuation(part.encode(), fin=last)
    talk.pass_on()


async def client_close(talk: Talk, value: int) -> None:
    if talk.client.state.name == "OPEN":
        talk.client.send_close(value)
        talk.pass_on()


async def server_ping(talk: Talk, value: Any) -> None:
    talk.protocol.send_keepalive_ping()


async def stall(talk: Talk, value: Any) -> None:
    talk.protocol.pause_writing()
    asyncio.get_running_loop().call_later(0.001, talk.protocol.resume_writing)


async def keepalive_timeout(talk: Talk, value: Any) -> None:
    talk.protocol.keepalive_timeout()


async def shutdown(talk: Talk, value: Any) -> None:
    if not talk.wire.closing:
        talk.protocol.shutdown()


async def garbage(talk: Talk, value: bytes) -> None:
    if not talk.wire.closing:
        talk.protocol.data_received(value)


async def end_of_file(talk: Talk, value: Any) -> None:
    talk.protocol.eof_received()
    talk.wire.closing = True


DONE_BY_OTHERS = {
    "turn": turn,
    "client pings": client_ping,
    "client sends": client_text,
    "client closes": client_close,
    "server pings": server_ping,
    "client stalls": stall,
    "client is silent": keepalive_timeout,
    "server stops": shutdown,
    "client sends garbage": garbage,
    "client sends no more": end_of_file,
}
UPDATE = st.tuples(st.just("update"), st.sampled_from(TEXTS) | st.text(max_size=300))
STEP = st.one_of(
    UPDATE,
    UPDATE,
    st.tuples(st.just("send"), st.sampled_from(TEXTS)),
    st.tuples(st.just("bytes"), st.binary(max_size=300)),
    st.tuples(st.just("turn"), st.none()),
    st.tuples(st.just("client pings"), st.binary(max_size=20)),
    st.tuples(st.just("client sends"), st.text("ab", min_size=1, max_size=3)),
    st.tuples(st.just("server pings"), st.none()),
    st.tuples(st.just("client stalls"), st.none()),
)
ENDING = st.one_of(
    st.tuples(st.just("turn"), st.none()),
    st.tuples(st.just("close"), st.sampled_from([1000, 1001, 4000])),
    st.tuples(st.just("client closes"), st.sampled_from([1000, 1001, 4000])),
    st.tuples(st.just("client is silent"), st.none()),
    st.tuples(st.just("server stops"), st.none()),
    st.tuples(st.just("client sends garbage"), st.just(b"\xff\xff\xff\xff")),
    st.tuples(st.just("client sends no more"), st.none()),
)


def seen(talk: Talk) -> list[tuple[str, bytes]]:
    # The payload of a keepalive ping is random.
    return [(name, b"" if name == "PING" else data) for name, data in talk.wire.received]


@pytest.mark.parametrize("offer", OFFERS)
@settings(max_examples=40, deadline=None)
@given(st.lists(STEP, max_size=8), ENDING, st.lists(UPDATE, max_size=2))
def test_a_client_receives_the_same(
    offer: str,
    steps: list[tuple[str, Any]],
    ending: tuple[str, Any],
    late: list[tuple[str, Any]],
) -> None:
    async def both() -> None:
        script = [*steps, ending, *late]
        # A window of 8 is refused, but some versions of websockets accept it, and then fail.
        other = None if offer == "window 8" else OFFERS[offer]
        own = await converse(WebSocketsSansIOProtocol, script, other)
        ours = await converse(Protocol, script, OFFERS[offer])
        assert seen(ours) == seen(own)
        assert ours.wire.closing == own.wire.closing

    asyncio.run(both())
