"""Who is there: `on_connect`, `on_disconnect`, `client.topics`, `subscribers`, and ids."""

import asyncio
import itertools
from collections.abc import Callable

import pytest
from tests.runtime.services import AAPL, AAPL_TOPIC, BarRouter, Gated, Recorder, turns, until

from wsgen_runtime import Client, Limits, WsApp
from wsgen_runtime.connections.client_ids import client_ids
from wsgen_runtime.testing import connect

MSFT = {"symbol": "MSFT"}
MSFT_TOPIC = 'bars:{"resolution":"","symbol":"MSFT"}'


def app_with(**options: object) -> WsApp:
    return WsApp(routers=[BarRouter(service=Recorder())], **options)  # type: ignore[arg-type] # checked where it is written


@pytest.mark.parametrize("asynchronous", [True, False])
async def test_the_callbacks_are_called_in_order(asynchronous: bool) -> None:
    log: list[tuple[str, int, tuple[str, ...]]] = []
    app: WsApp

    def note(what: str) -> Callable[[Client], object]:
        def plain(client: Client) -> None:
            log.append((what, len(app.clients), client.topics))

        async def slow(client: Client) -> None:
            await asyncio.sleep(0)
            plain(client)

        return slow if asynchronous else plain

    app = app_with(on_connect=note("in"), on_disconnect=note("out"))
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
    assert log == [("in", 1, ()), ("out", 0, ())]


async def test_no_frame_is_served_before_on_connect_has_returned() -> None:
    gate, log = asyncio.Event(), list[str]()

    async def on_connect(client: Client) -> None:
        await gate.wait()
        log.append("in")

    def authorize(user: object, router: object, request: object) -> bool:
        log.append("asked")
        return True

    app = app_with(on_connect=on_connect, authorize=authorize)
    async with connect(app) as client:
        await client.send({"type": "bars.subscribe", "payload": AAPL})
        await turns()
        assert log == []
        assert len(app.clients) == 1
        gate.set()
        await client.receive()
    assert log == ["in", "asked"]


async def test_on_connect_may_close_the_client() -> None:
    app = app_with(on_connect=lambda client: client.close(4000, "no"))
    async with connect(app) as client:
        with pytest.raises(Exception, match="4000"):
            await client.receive()


async def test_a_failure_is_logged_and_counted_and_the_client_stays(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def broken(client: Client) -> None:
        raise ZeroDivisionError("boom")

    app = app_with(on_connect=broken, on_disconnect=broken)
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
    assert "on_connect failed" in caplog.text
    assert "on_disconnect failed" in caplog.text
    assert app.stats.failures == 2


async def test_a_callback_that_hangs_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    async def hang(client: Client) -> None:
        await asyncio.Event().wait()

    app = app_with(on_connect=hang, on_disconnect=hang, limits=Limits(auth_timeout=0.05))
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
    assert app.stats.failures == 2


async def test_a_shutdown_waits_for_on_disconnect_while_updates_can_be_published() -> None:
    done: list[bool] = []

    async def leave(client: Client) -> None:
        await asyncio.sleep(0.01)
        done.append(app._broker._host is not None)  # type: ignore[attr-defined] # of the memory broker

    app = app_with(on_disconnect=leave)
    await app.startup()
    async with connect(app), connect(app):
        await app.shutdown()
        assert done == [True, True]


async def test_a_shutdown_does_not_wait_for_ever_for_on_disconnect() -> None:
    async def hang(client: Client) -> None:
        await asyncio.Event().wait()

    app = app_with(on_disconnect=hang, limits=Limits(shutdown_timeout=0.1, auth_timeout=0.3))
    await app.startup()
    async with connect(app):
        await app.shutdown()
        assert app.stats.failures == 0, "the call goes on"


async def test_a_cancelled_connection_calls_on_disconnect_too() -> None:
    gone: list[int] = []

    async def leave(client: Client) -> None:
        await asyncio.sleep(0)
        gone.append(client.id)

    app = app_with(on_disconnect=leave)
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        (known,) = app.clients.values()
        known.abandon()
        await until(lambda: gone == [known.id])


def test_a_callback_that_runs_nothing_is_refused() -> None:
    def wrong(client: Client) -> object:
        yield client

    for name in ("on_connect", "on_disconnect"):
        with pytest.raises(TypeError, match=f"{name}: .* contains `yield`"):
            app_with(**{name: wrong})


async def test_a_client_knows_its_topics_and_a_topic_its_subscribers() -> None:
    app = app_with()
    async with connect(app) as one, connect(app) as two:
        await one.subscribe("bars", MSFT)
        await one.subscribe("bars", AAPL)
        await two.subscribe("bars", AAPL)
        first, second = app.clients.values()
        assert list(first.topics) == [AAPL_TOPIC, MSFT_TOPIC]
        assert second.topics == (AAPL_TOPIC,)
        assert set(app.subscribers(AAPL_TOPIC)) == {first, second}
        assert app.subscribers(MSFT_TOPIC) == (first,)
        assert app.subscribers("bars:{}") == ()
        await one.unsubscribe("bars", MSFT)
        assert first.topics == (AAPL_TOPIC,)
        assert app.subscribers(MSFT_TOPIC) == ()


async def test_who_waits_for_a_topic_is_not_a_subscriber_yet() -> None:
    service = Gated()
    app = WsApp(routers=[BarRouter(service=service)])
    async with connect(app) as client:
        await client.send({"type": "bars.subscribe", "payload": AAPL})
        await turns()
        (known,) = app.clients.values()
        assert known.topics == (AAPL_TOPIC,)
        assert app.subscribers(AAPL_TOPIC) == ()
        service.create_gate.set()
        await client.receive()
        assert app.subscribers(AAPL_TOPIC) == (known,)


def test_ids_differ_between_processes_and_rise_within_one() -> None:
    processes = [list(itertools.islice(client_ids(), 100)) for _ in range(50)]
    ids = [client_id for process in processes for client_id in process]
    assert len(set(ids)) == 5_000
    assert all(0 < client_id < 2**53 for client_id in ids)
    assert all(process == sorted(process) for process in processes)


def test_ids_go_on_where_the_numbers_of_one_start_are_used_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("wsgen_runtime.connections.client_ids._COUNTED", 2)
    assert len(set(itertools.islice(client_ids(), 30))) == 30
