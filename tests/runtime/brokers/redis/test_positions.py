"""Positions in Redis: the same in all processes, and a new epoch whenever the store has lost something."""

import asyncio

from tests.runtime.brokers.redis.position_hosts import PUBLISHED, TOPIC, Part, started
from tests.runtime.redis_server import RedisServer
from tests.runtime.services import until

from wsgen_runtime import History
from wsgen_runtime.brokers.base import Keeping
from wsgen_runtime.protocol.positions import Position


async def test_all_processes_give_an_update_the_same_position(server: RedisServer) -> None:
    one, two = Part(server.url), Part(server.url)
    async with started(one, two):
        assert await one.open()
        assert not await two.open()
        assert one.host.position == two.host.position
        assert one.host.position.seq == 0
        one.produce(1, 2)
        two.publish(3)
        await one.gets((3, 3))
        one.produce(4)
        for part in (one, two):
            await part.gets((1, 1), (2, 2), (3, 3), (4, 4))
            assert len(part.host.epochs) == 1
            assert part.host.losses == 1  # at the start


async def test_who_joins_later_gets_the_history(server: RedisServer) -> None:
    one, two = Part(server.url), Part(server.url)
    async with started(one, two):
        await one.open()
        one.produce(1, 2)
        await one.gets((2, 2))
        await two.open()
        assert two.host.updates == [(1, "1"), (2, "2")]
        assert two.host.position == one.host.position
        one.produce(3)
        await two.gets((1, 1), (2, 2), (3, 3))


async def test_another_producer_begins_an_epoch_before_it_produces(server: RedisServer) -> None:
    one, two = Part(server.url), Part(server.url)
    async with started(one, two):
        await one.open()
        await two.open()
        one.produce(1)
        await two.gets((1, 1))
        await one.broker.close(TOPIC)
        await until(lambda: two.host.owned == [True] and len(two.host.epochs) == 2)
        assert two.host.position.seq == 0
        await one.open()
        assert one.host.position == two.host.position
        two.broker.begin(TOPIC)
        two.produce(1)
        await one.gets((1, 1))
        two.broker.begin(TOPIC)
        await until(lambda: len(one.host.epochs) == len(two.host.epochs) == 3)


async def test_a_route_without_a_producer_keeps_its_history_while_nobody_listens(
    server: RedisServer,
) -> None:
    one, two = Part(server.url, PUBLISHED), Part(server.url, PUBLISHED)
    async with started(one, two):
        one.publish(1, 2)
        await until(lambda: one.broker.stats.queued == 0)
        assert not await two.open()
        await two.gets((1, 1), (2, 2))
        one.publish(3)
        await two.gets((1, 1), (2, 2), (3, 3))


async def test_what_is_dropped_on_the_way_is_a_gap_for_all(server: RedisServer) -> None:
    one, two = Part(server.url, queue=3), Part(server.url)
    async with started(one, two):
        await one.open()
        await two.open()
        one.produce(*range(1, 11))  # the queue has room for three
        await two.gets((8, 8), (9, 9), (10, 10))
        await one.gets((8, 8), (9, 9), (10, 10))
        assert (one.broker.stats.dropped, two.host.losses) == (7, 1)


async def test_a_lost_tail_is_known_to_all_without_another_update(server: RedisServer) -> None:
    one, two = Part(server.url), Part(server.url)
    async with started(one, two):
        await one.open()
        await two.open()
        one.produce(1)
        one.broker.skip(TOPIC, 2)
        await until(lambda: one.host.position.seq == two.host.position.seq == 3)
        assert (one.host.losses, two.host.losses) == (2, 2)
        one.produce(4)
        for part in (one, two):
            await part.gets((1, 1), (4, 4))
        assert len(two.host.epochs) == 1


async def test_published_updates_that_are_dropped_are_a_gap_for_all(server: RedisServer) -> None:
    one, two = Part(server.url, PUBLISHED, queue=1), Part(server.url, PUBLISHED)
    async with started(one, two):
        await two.open()
        one.publish(1, 2, 3)
        await until(lambda: two.host.position.seq == 3)
        assert (two.host.updates, one.broker.stats.dropped) == ([(3, "3")], 2)
        assert two.host.losses == 2


async def test_a_state_comes_between_the_same_updates_everywhere(server: RedisServer) -> None:
    one, two = Part(server.url), Part(server.url)
    async with started(one, two):
        await one.open()
        await two.open()
        two.broker.ask_snapshot(TOPIC)
        await until(lambda: one.host.asked == 1)
        one.broker.ask_snapshot(TOPIC)
        await until(lambda: one.host.asked == 2)
        assert two.host.asked == 0
        one.produce(1, 2)
        one.broker.snapshot(TOPIC, "[1,2]")
        one.produce(3)
        for part in (one, two):
            await part.gets((1, 1), (2, 2), (3, 3))
            assert part.host.snapshots == [(part.host.position._replace(seq=2), "[1,2]")]
        one.broker.skip(TOPIC, 1)  # a state with a number of its own
        one.broker.snapshot(TOPIC, '!{"code":"gone"}')
        for part in (one, two):
            await until(lambda: len(part.host.snapshots) == 2)  # noqa: B023 - awaited here
            assert part.host.snapshots[1] == (part.host.position, '!{"code":"gone"}')
            assert (part.host.position.seq, part.host.losses) == (4, 1)


async def test_the_end_of_a_producer_reaches_all_after_its_updates(server: RedisServer) -> None:
    one, two = Part(server.url), Part(server.url)
    async with started(one, two):
        await one.open()
        await two.open()
        one.produce(1)
        one.broker.end(TOPIC, "no more")
        await until(lambda: one.host.ended == two.host.ended == ["no more"])
        assert two.host.updates == [(1, "1")]


async def test_the_history_is_bounded_by_number_age_and_size(server: RedisServer) -> None:
    for history, expected in (
        (History(updates=3), 3),
        (History(bytes=2 * len("bars/Bar/0123 10")), 2),
        (History(seconds=0.05), 0),
    ):
        keeping = Keeping(history, published=True)
        one, two = Part(server.url, keeping), Part(server.url, keeping)
        with server.client() as client:
            client.flushall()
        async with started(one, two):
            await one.open()
            one.publish(*range(10, 20))
            await until(lambda one=one: one.host.position.seq == 10)  # type: ignore[misc] # of a lambda
            if not expected:
                await asyncio.sleep(0.1)  # the age is measured by Redis
            await two.open()
            assert [seq for seq, _ in two.host.updates] == list(range(11 - expected, 11))
            assert two.host.position.seq == 10


async def test_processes_without_positions_work_beside_those_with_them(server: RedisServer) -> None:
    """A process of an earlier version, or one whose route has no history yet."""
    new, old = Part(server.url), Part(server.url, None)
    async with started(new, old):
        await new.open()
        assert not await old.open()
        new.produce(1, 2)
        await until(lambda: old.host.updates == [(0, "1"), (0, "2")])
        await new.broker.close(TOPIC)
        await until(lambda: old.host.owned == [True])
        await new.open()
        old.produce(3, 4)
        await until(lambda: len(new.host.updates) == 2)
        new.publish(5)
        await until(lambda: [data for _, data in new.host.updates] == ["3", "4", "5"])
        assert [seq for seq, _ in new.host.updates] == [1, 2, 3]
        assert len(new.host.epochs) == 2
        await old.broker.close(TOPIC)
        await until(lambda: len(new.host.epochs) == 3)
        new.broker.begin(TOPIC)
        new.produce(6)
        await new.gets((1, 6))


async def test_histories_that_are_too_large_for_one_answer_are_read_one_after_the_other(
    server: RedisServer,
) -> None:
    one, two = Part(server.url, PUBLISHED), Part(server.url, PUBLISHED)
    topics, large = [f"bars:{n}" for n in range(4)], f'"{"x" * 300_000}"'
    given: dict[str, list[tuple[int, str]]] = {}

    def stand(
        topic: str, _: Position, entries: list[tuple[int, str]], *, continued: bool, before: int
    ) -> None:
        given[topic] = [] if continued or before else entries

    async def opened(topic: str) -> list[tuple[int, str]]:
        await two.broker.open(topic)
        return given[topic]

    two.host.stand = stand  # type: ignore[assignment, method-assign] # of several topics
    async with started(one, two):
        for topic in topics:
            for _ in range(3):
                one.broker.publish(topic, large, produced=False)
        await until(lambda: one.broker.stats.queued == 0)
        await one.broker.open(topics[0])  # after what was published
        for topic, updates in zip(topics, await asyncio.gather(*map(opened, topics)), strict=True):
            assert updates == [(1, large), (2, large), (3, large)], topic


async def test_topics_without_positions_leave_nothing_but_leases_in_redis(
    server: RedisServer,
) -> None:
    one = Part(server.url, None)
    with server.client() as client, client.pubsub() as pubsub:
        pubsub.psubscribe("wsgen:0:topic:*")
        async with started(one):
            await one.open()
            one.produce(1)
            one.publish(2)
            await until(lambda: len(one.host.updates) == 2)
            keys: list[bytes] = client.keys("*")  # type: ignore[assignment, unused-ignore] # redis-py is partly typed
            assert [key.split(b":")[2] for key in keys] == [b"lease"]
        heard = (pubsub.get_message(timeout=1) for _ in range(3))
        messages = [it["data"] for it in heard if it is not None and it["type"] == "pmessage"]
        assert [message[:4] for message in messages] == [b"1 U ", b"1 P "]
