"""Statistics: one scenario in which every number changes."""

import dataclasses
import threading

import pytest
from tests.runtime.services import AAPL, AAPL_TOPIC, Bar, BarRouter, Recorder, publish_all, until

from wsgen_runtime import Connection, Delivery, Limits, ServiceError, TopicUpdate, WsApp
from wsgen_runtime.stats import BrokerStats, Stats
from wsgen_runtime.testing import ErrorFrameError, RefusedByServerError, connect

_ELSEWHERE = (
    *("coalesced", "ended", "lingering", "recovered", "unrecovered"),
    *("commands", "keys", "keys_refused", "snapshots"),
)
"""Numbers that other tests cover: of intervals, endings, topics that live on, those who come back, and more."""


class Picky(Recorder):
    async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
        if "NONE" in topic:
            raise LookupError(topic)
        if "GONE" in topic:
            raise ServiceError("delisted", code="not_found")
        await super().create_topic(topic, topic_update)


def known(connection: Connection) -> bool:
    return connection.query_params.get("user") == "ada"


async def test_every_statistic_counts_what_its_description_says() -> None:
    service = Picky()
    app = WsApp(
        routers=[BarRouter(service=service, delivery=Delivery(queue=2))],
        authenticate=known,
        limits=Limits(pending_updates=3),
    )
    with pytest.raises(RefusedByServerError):
        async with connect(app):
            pass
    user = {"user": "ada"}
    async with connect(app, query=user) as reads, connect(app, query=user) as stalls:
        for client in (reads, stalls):
            await client.subscribe("bars", AAPL)
        for request in ({"symbol": 1}, {"symbol": "NONE"}, {"symbol": "GONE"}):
            with pytest.raises(ErrorFrameError):
                await reads.subscribe("bars", request)
        stalls.stall()
        feed = service.feeds[AAPL_TOPIC]
        for number in range(5):  # one is being sent, two wait, two are dropped
            feed(Bar(close=number))
        thread = threading.Thread(
            target=publish_all, args=(feed, [Bar(close=-n) for n in range(7)])
        )
        thread.start()
        thread.join()  # on purpose: three of them wait for the loop, four are lost
        await until(lambda: app.stats.updates == 8)
        expected = Stats(
            clients=2,
            topics=1,
            queued=2,
            connections=2,
            refused=1,
            updates=8,
            deliveries=16,
            drops=5,
            lost=4,
            errors=3,
            failures=1,
            broker=BrokerStats(),
            refusals=1,
        )
        assert app.stats == expected
        moved = dataclasses.asdict(expected)
        for elsewhere in _ELSEWHERE:
            del moved[elsewhere]
        assert all(moved.values()), "every number has moved"
    await until(lambda: app.stats.topics == 0)
    assert app.stats == dataclasses.replace(expected, clients=0, topics=0, queued=0)
