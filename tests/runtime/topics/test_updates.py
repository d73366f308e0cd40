"""Updates are validated where they are published, serialised once, and may come from any thread."""

import asyncio
import math
import threading
from typing import Annotated

import pytest
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from tests.runtime.services import (
    AAPL,
    AAPL_TOPIC,
    Bar,
    BarRequest,
    BarRouter,
    Gated,
    Recorder,
    publish_all,
    turns,
    until,
)

from wsgen_runtime import Limits, WsApp, WsRouter
from wsgen_runtime.testing import connect


async def test_data_of_another_type_raises_in_the_producer() -> None:
    service = Recorder()
    async with connect(WsApp(routers=[BarRouter(service=service)])) as client:
        await client.subscribe("bars", AAPL)
        with pytest.raises(ValidationError):
            service.feeds[AAPL_TOPIC]({"close": "no number"})
        service.feeds[AAPL_TOPIC]({"close": "2"})
        assert (await client.receive())["payload"]["payload"] == {"close": 2.0}


class Reading(BaseModel):
    value: float
    others: dict[str, list[float | None]] = {}
    note: str | None = None


class Constants(BaseModel):
    model_config = ConfigDict(ser_json_inf_nan="constants")
    value: float
    note: str | None = None


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (Reading(value=math.inf), ("value",)),
        (Reading(value=math.nan), ("value",)),
        (Reading(value=1, others={"a": [None, -math.inf]}), ("others", "a", 1)),
        (math.inf, ()),
    ],
)
def test_infinity_and_nan_raise_in_the_producer(data: object, place: tuple[str | int, ...]) -> None:
    router = WsRouter(
        service=Recorder(), route="readings", request_type=BarRequest, data_type=type(data)
    )
    with pytest.raises(ValidationError) as caught:
        router.encode(data)
    (error,) = caught.value.errors()
    assert (error["type"], error["loc"]) == ("finite_number", place)


def test_a_model_with_ser_json_inf_nan_may_write_infinity() -> None:
    router = WsRouter(
        service=Recorder(), route="readings", request_type=BarRequest, data_type=Constants
    )
    reading = Constants(value=-math.inf)
    written = reading.model_dump_json()
    if 'null,"note"' in written:  # the oldest versions of pydantic ignore what the model asks for
        with pytest.raises(ValidationError):
            router.encode(reading)
    else:
        assert router.encode(reading) == written == '{"value":-Infinity,"note":null}'


def test_none_and_words_like_infinity_are_sent_unchanged() -> None:
    router = WsRouter(
        service=Recorder(), route="readings", request_type=BarRequest, data_type=Reading
    )
    reading = Reading(value=1, others={"a": [None]}, note="NaN, Infinity and null")
    assert Reading.model_validate_json(router.encode(reading)) == reading


@pytest.mark.parametrize("validates", [True, False])
async def test_a_service_may_switch_validation_off(validates: bool) -> None:
    class Sure(Recorder):
        validate = validates

    seen: list[float] = []

    def see(value: float) -> float:
        seen.append(value)
        return value

    service = Sure()
    router = WsRouter(
        service=service,
        route="bars",
        request_type=BarRequest,
        data_type=Annotated[float, AfterValidator(see)],
    )
    async with connect(WsApp(routers=[router])) as client:
        await client.subscribe("bars", AAPL)
        service.feeds[AAPL_TOPIC](1.5)
        assert (await client.receive())["payload"]["payload"] == 1.5
    assert seen == ([1.5] if validates else [])


async def test_one_update_is_serialised_once_for_all_subscribers() -> None:
    encoded = 0

    class Counting(BarRouter):
        def encode(self, data: object) -> str:
            nonlocal encoded
            encoded += 1
            return super().encode(data)

    service = Recorder()
    app = WsApp(routers=[Counting(service=service)])
    async with connect(app) as one, connect(app) as two, connect(app) as three:
        for client in (one, two, three):
            await client.subscribe("bars", AAPL)
        service.feeds[AAPL_TOPIC](Bar(close=1))
        frames = [await client.receive() for client in (one, two, three)]
        assert frames[0] == frames[1] == frames[2]
    assert encoded == 1
    assert (app.stats.updates, app.stats.deliveries) == (1, 3)


async def test_type_expressions_and_aliases() -> None:
    class Aliased(BaseModel):
        close: float = Field(alias="c")

    service = Recorder()
    router = WsRouter(
        service=service, route="bars", request_type=BarRequest, data_type=dict[str, list[Aliased]]
    )
    async with connect(WsApp(routers=[router])) as client:
        await client.subscribe("bars", AAPL)
        service.feeds[AAPL_TOPIC]({"x": [Aliased(c=1)]})
        assert (await client.receive())["payload"]["payload"] == {"x": [{"c": 1.0}]}


async def test_seq_counts_the_updates_of_each_topic() -> None:
    service = Recorder()
    app = WsApp(routers=[BarRouter(service=service)])
    async with connect(app) as one, connect(app) as late:
        await one.subscribe("bars", AAPL)
        await one.subscribe("bars", {"symbol": "MSFT"})
        for feed in service.feeds.values():
            feed(Bar(close=1))
        assert [(await one.receive())["seq"] for _ in range(2)] == [1, 1]
        await late.subscribe("bars", AAPL)
        service.feeds[AAPL_TOPIC](Bar(close=2))
        assert (await late.receive())["seq"] == 2


async def test_updates_from_a_thread_arrive_in_order() -> None:
    service = Recorder()
    count = 500
    async with connect(WsApp(routers=[BarRouter(service=service)])) as client:
        await client.subscribe("bars", AAPL)
        feed = service.feeds[AAPL_TOPIC]

        def produce() -> None:
            for number in range(count):
                feed(Bar(close=number))

        thread = threading.Thread(target=produce)
        thread.start()
        frames = [await client.receive() for _ in range(count)]
        await asyncio.to_thread(thread.join)
    assert [frame["payload"]["payload"]["close"] for frame in frames] == list(range(count))
    assert [frame["seq"] for frame in frames] == list(range(1, count + 1))


async def test_an_update_on_the_event_loop_stays_behind_earlier_ones_of_threads() -> None:
    service = Recorder()
    async with connect(WsApp(routers=[BarRouter(service=service)])) as client:
        await client.subscribe("bars", AAPL)
        feed = service.feeds[AAPL_TOPIC]
        thread = threading.Thread(
            target=publish_all, args=(feed, [Bar(close=n) for n in range(100)])
        )
        thread.start()
        thread.join()  # on purpose: the event loop cannot take a single one meanwhile
        feed(Bar(close=100))
        frames = [await client.receive() for _ in range(101)]
    assert [frame["payload"]["payload"]["close"] for frame in frames] == list(range(101))


@pytest.mark.parametrize("size", [100, 2_000])
async def test_updates_that_wait_for_the_event_loop_are_bounded_in_bytes(size: int) -> None:
    service = Recorder()
    router = WsRouter(service=service, route="texts", request_type=BarRequest, data_type=str)
    app = WsApp(routers=[router], limits=Limits(pending_bytes=1_000))
    async with connect(app) as client:
        await client.subscribe("texts", AAPL)
        (feed,) = service.feeds.values()
        thread = threading.Thread(target=publish_all, args=(feed, ["x" * size for _ in range(20)]))
        thread.start()
        thread.join()  # as above
        feed("end")
        frames = [await client.receive()]
        while frames[-1]["payload"]["payload"] != "end":
            frames.append(await client.receive())
    assert len(frames) == 1_000 // (size + 2) + 1
    assert frames[-1]["seq"] == 21
    assert app.stats.lost == 21 - len(frames)


async def test_updates_held_for_the_start_of_a_topic_are_bounded_in_bytes() -> None:
    service = Gated()
    router = WsRouter(service=service, route="texts", request_type=BarRequest, data_type=str)
    app = WsApp(routers=[router], limits=Limits(outbox_bytes=1_000))
    async with connect(app) as client:
        await client.send({"type": "texts.subscribe", "payload": AAPL})
        await until(lambda: bool(service.feeds))
        (feed,) = service.feeds.values()
        for _ in range(20):
            feed("x" * 298)
        service.create_gate.set()
        assert (await client.receive())["type"] == "texts.subscribe.response"
        assert [(await client.receive())["seq"] for _ in range(3)] == [18, 19, 20]
        assert app.stats.lost == 17


async def test_threads_that_publish_too_fast_lose_the_oldest_and_clients_see_the_gap() -> None:
    service = Recorder()
    limits = Limits(pending_updates=10)
    app = WsApp(routers=[BarRouter(service=service)], limits=limits)
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        feed = service.feeds[AAPL_TOPIC]
        thread = threading.Thread(
            target=publish_all, args=(feed, [Bar(close=n) for n in range(25)])
        )
        thread.start()
        thread.join()  # on purpose: the event loop cannot take a single one meanwhile
        frames = [await client.receive() for _ in range(10)]
        assert [frame["payload"]["payload"]["close"] for frame in frames] == list(range(15, 25))
        assert [frame["seq"] for frame in frames] == list(range(16, 26))
        assert app.stats.lost == 15


async def test_a_thread_may_publish_after_the_shutdown() -> None:
    service = Recorder()
    app = WsApp(routers=[BarRouter(service=service)])
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        feed = service.feeds[AAPL_TOPIC]
        await asyncio.to_thread(feed, Bar(close=1))
        await client.receive()
    await app.shutdown()
    await asyncio.to_thread(feed, Bar(close=2))


def test_a_thread_may_publish_to_a_loop_that_was_closed() -> None:
    service = Recorder()
    app = WsApp(routers=[BarRouter(service=service)])

    async def leave_open() -> None:
        task = asyncio.create_task(app.startup())
        await task

    asyncio.run(leave_open())
    app.routers["bars"]._publish(BarRequest(symbol="AAPL"), Bar(close=1))


async def test_more_updates_than_one_batch_let_others_run_in_between() -> None:
    service = Recorder()
    app = WsApp(routers=[BarRouter(service=service)])
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        feed = service.feeds[AAPL_TOPIC]
        thread = threading.Thread(
            target=publish_all, args=(feed, [Bar(close=n) for n in range(200)])
        )
        thread.start()
        thread.join()
        await turns(1)
        assert 0 < app.stats.updates < 200
        await until(lambda: app.stats.updates == 200)
