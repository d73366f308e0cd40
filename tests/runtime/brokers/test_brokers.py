"""Several apps on one broker, like several processes: one produces, all deliver, another takes over."""

import logging

import pytest
from tests.runtime.services import AAPL, AAPL_TOPIC, Bar, BarRequest, BarRouter, Recorder, until

from wsgen_runtime import BrokerHost, BrokerStats, History, WsApp
from wsgen_runtime.testing import ErrorFrameError, WsTestClient, connect


class Bus:
    """The shared part of the brokers of all processes: who has opened which topic; the first one produces it."""

    def __init__(self) -> None:
        self.hearers: dict[str, list[BusBroker]] = {}


class BusBroker:
    """The broker of one process."""

    shared = True

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.host: BrokerHost | None = None
        self.fails = ""

    async def start(self, host: BrokerHost) -> None:
        self.host = host

    async def stop(self) -> None:
        self.host = None

    async def open(self, topic: str) -> bool:
        if self.fails == "open":
            raise ConnectionError("no bus")
        hearers = self.bus.hearers.setdefault(topic, [])
        hearers.append(self)
        return hearers[0] is self

    async def close(self, topic: str) -> None:
        hearers = self.bus.hearers[topic]
        produced = hearers[0] is self
        hearers.remove(self)
        if produced and hearers:
            self.hand_over(topic, hearers[0])
        if self.fails == "close":
            raise ConnectionError("no bus")

    def hand_over(self, topic: str, heir: "BusBroker") -> None:
        hearers = self.bus.hearers[topic]
        hearers.remove(heir)
        hearers.insert(0, heir)
        assert heir.host is not None
        heir.host.own(topic, True)

    @property
    def stats(self) -> BrokerStats:
        return BrokerStats()

    def publish(self, topic: str, data: str, *, produced: bool) -> None:
        for broker in self.bus.hearers.get(topic, ()):
            assert broker.host is not None
            broker.host.deliver(topic, data)


class Process:
    """One app with its service and its broker."""

    def __init__(self, bus: Bus) -> None:
        self.service = Recorder()
        self.broker = BusBroker(bus)
        self.router = BarRouter(service=self.service)
        self.app = WsApp(routers=[self.router], broker=self.broker)


async def close_of(client: WsTestClient) -> object:
    return (await client.receive())["payload"]["payload"]["close"]


async def test_one_process_produces_and_all_deliver() -> None:
    bus = Bus()
    one, two = Process(bus), Process(bus)
    async with connect(one.app) as here, connect(two.app) as there:
        await here.subscribe("bars", AAPL)
        await there.subscribe("bars", AAPL)
        assert (one.service.log, two.service.log) == ([("create", AAPL_TOPIC)], [])
        one.service.feeds[AAPL_TOPIC](Bar(close=1))
        assert [await close_of(here), await close_of(there)] == [1, 1]
        two.router.publish(BarRequest(symbol="AAPL"), Bar(close=2))
        assert [await close_of(here), await close_of(there)] == [2, 2]


async def test_clients_do_not_notice_when_another_process_starts_producing() -> None:
    bus = Bus()
    one, two = Process(bus), Process(bus)
    async with connect(one.app) as here, connect(two.app) as there:
        await here.subscribe("bars", AAPL)
        await there.subscribe("bars", AAPL)
        one.service.feeds[AAPL_TOPIC](Bar(close=1))
        await here.unsubscribe("bars", AAPL)
        await until(lambda: two.service.log == [("create", AAPL_TOPIC)])
        two.service.feeds[AAPL_TOPIC](Bar(close=2))
        frames = [await there.receive() for _ in range(2)]
        # Each process numbers what it delivers, so that a takeover is not a gap.
        assert [frame["seq"] for frame in frames] == [1, 2]
        assert one.service.log == [("create", AAPL_TOPIC), ("remove", AAPL_TOPIC)]


async def test_a_process_that_loses_a_topic_stops_producing_and_keeps_its_clients() -> None:
    bus = Bus()
    one, two = Process(bus), Process(bus)
    async with connect(one.app) as here, connect(two.app) as there:
        await here.subscribe("bars", AAPL)
        await there.subscribe("bars", AAPL)
        one.broker.hand_over(AAPL_TOPIC, two.broker)
        assert one.broker.host is not None
        one.broker.host.own(AAPL_TOPIC, False)
        await until(lambda: len(one.service.log) == 2 and len(two.service.log) == 1)
        two.service.feeds[AAPL_TOPIC](Bar(close=3))
        assert [await close_of(here), await close_of(there)] == [3, 3]


async def test_a_takeover_that_fails_ends_the_subscriptions_with_a_reason() -> None:
    class Failing(Recorder):
        async def create_topic(self, topic: str, topic_update: object) -> None:
            raise RuntimeError("no source")

    bus = Bus()
    one, two = Process(bus), Process(bus)
    two.router.service = Failing()
    async with connect(one.app) as here, connect(two.app) as there:
        await here.subscribe("bars", AAPL)
        await there.subscribe("bars", AAPL)
        await here.unsubscribe("bars", AAPL)
        frame = await there.receive()
        assert frame["type"] == "bars.unsubscribed"
        assert frame["payload"]["topic"] == AAPL_TOPIC
        await until(lambda: two.app.topics == ())
        assert bus.hearers[AAPL_TOPIC] == []


async def test_all_clients_are_notified_of_the_state_of_the_broker() -> None:
    one = Process(Bus())
    async with connect(one.app) as client:
        assert one.broker.host is not None
        one.broker.host.report("disconnected")
        one.broker.host.report("connected")
        frames = [await client.receive() for _ in range(2)]
        assert frames == [
            {"type": "status", "payload": {"broker": "disconnected"}},
            {"type": "status", "payload": {"broker": "connected"}},
        ]


async def test_a_topic_that_cannot_be_opened_is_an_internal_error_and_leaves_nothing() -> None:
    one = Process(Bus())
    one.broker.fails = "open"
    async with connect(one.app) as client:
        with pytest.raises(ErrorFrameError, match="internal"):
            await client.subscribe("bars", AAPL)
        await until(lambda: one.app.topics == ())
        one.broker.fails = ""
        await client.subscribe("bars", AAPL)


async def test_a_topic_that_cannot_be_closed_is_logged_and_removed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    one = Process(Bus())
    one.broker.fails = "close"
    async with connect(one.app) as client:
        await client.subscribe("bars", AAPL)
        with caplog.at_level(logging.ERROR):
            await client.unsubscribe("bars", AAPL)
            await until(lambda: one.app.topics == ())
    assert "no bus" in caplog.text


async def test_calls_of_a_broker_for_unknown_topics_are_ignored() -> None:
    one = Process(Bus())
    async with connect(one.app):
        assert one.broker.host is not None
        one.broker.host.own("bars:unknown", True)
        one.broker.host.deliver("bars:unknown", "1")
    assert one.app.topics == ()


def test_a_shared_broker_without_positions_cannot_serve_a_history() -> None:
    router = BarRouter(service=Recorder(), history=History())
    with pytest.raises(ValueError, match=r"keeps no positions, .* snapshot need: bars"):
        WsApp(routers=[router], broker=BusBroker(Bus()))
    WsApp(routers=[router])
