"""Positions in Redis: the same in all processes, and a new epoch whenever the store has lost something."""

from tests.runtime.brokers.redis.position_hosts import PUBLISHED, TOPIC, Part, started
from tests.runtime.redis_server import RedisServer
from tests.runtime.services import until


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
