"""Redis comes back with older data, or without: a new epoch, and no number twice."""

import asyncio
from pathlib import Path

import pytest
from redis.exceptions import ResponseError
from tests.runtime.brokers.redis.position_hosts import KEEPING, PUBLISHED, TOPIC, Part, started
from tests.runtime.redis_server import RedisServer, redis_server
from tests.runtime.services import until

from wsgen_runtime.brokers.base import Keeping
from wsgen_runtime.brokers.redis.link import Link
from wsgen_runtime.brokers.redis.positions import Answer, KeptBatch
from wsgen_runtime.brokers.redis.supervisor import Supervisor
from wsgen_runtime.protocol.positions import Position

LONG = 60.0  # a lease that outlives all outages of a test


def is_connected(*parts: Part) -> bool:
    return all(part.broker.stats.connected for part in parts)


async def outage(server: RedisServer, *parts: Part) -> None:
    """Kill Redis and start it with the data that it saved last; return when all are connected again."""
    server.stop()
    await until(lambda: not any(part.broker.stats.connected for part in parts))
    server.start()
    await until(lambda: is_connected(*parts))


@pytest.mark.parametrize("keeping", [KEEPING, PUBLISHED])
async def test_a_store_that_comes_back_older_begins_an_epoch_while_all_is_quiet(
    tmp_path: Path, keeping: Keeping
) -> None:
    with redis_server(tmp_path) as server:
        one, two = Part(server.url, keeping, lease=LONG), Part(server.url, keeping, lease=LONG)
        async with started(one, two):
            await one.open()
            await two.open()
            add = one.publish if keeping.published else one.produce
            add(1, 2, 3)
            await two.gets((3, 3))
            with server.client() as client:
                client.save()
            add(4, 5)
            await two.gets((4, 4), (5, 5))
            before = two.host.position
            await outage(server, one, two)
            await until(lambda: two.host.position == one.host.position != before)
            assert two.host.position.epoch != before.epoch
            add(6)
            for part in (one, two):
                await part.gets_data(6)
                assert (len(part.host.epochs), part.host.wrong) == (2, [])


@pytest.mark.parametrize("keeping", [KEEPING, PUBLISHED])
async def test_a_store_that_comes_back_as_it_was_goes_on(tmp_path: Path, keeping: Keeping) -> None:
    with redis_server(tmp_path, "--appendonly", "yes", "--appendfsync", "always") as server:
        one, two = Part(server.url, keeping, lease=LONG), Part(server.url, keeping, lease=LONG)
        async with started(one, two):
            await one.open()
            await two.open()
            add = one.publish if keeping.published else one.produce
            add(1, 2, 3)
            await two.gets((3, 3))
            await one.gets((3, 3))
            await outage(server, one, two)
            add(4)
            for part in (one, two):
                if keeping.published:  # no producer knows that nothing is missing
                    await part.gets((1, 1), (2, 2), (3, 3), (4, 4))
                    assert (len(part.host.epochs), part.host.losses) == (2, 2)
                else:
                    await part.gets((1, 1), (2, 2), (3, 3), (4, 4))
                    assert (len(part.host.epochs), part.host.losses) == (1, 1)
            new = Part(server.url, keeping)
            async with started(new):
                await new.open()
                await new.gets((1, 1), (2, 2), (3, 3), (4, 4))


@pytest.mark.parametrize("keeping", [KEEPING, PUBLISHED])
@pytest.mark.parametrize("quiet", [True, False])
async def test_a_store_that_was_emptied_begins_an_epoch(
    server: RedisServer, keeping: Keeping, quiet: bool
) -> None:
    one, two = Part(server.url, keeping, lease=LONG), Part(server.url, keeping, lease=LONG)
    for part in (one, two):
        part.broker._check_every = 0.1 if quiet else LONG
    async with started(one, two):
        await one.open()
        await two.open()
        add = one.publish if keeping.published else one.produce
        add(1, 2)
        await two.gets((2, 2))
        with server.client() as client:
            lease = client.keys("wsgen:0:lease:*")
            client.delete(*(key for key in client.keys("*") if key not in lease))
        if not quiet:
            add(3)
        await until(lambda: len(one.host.epochs) == len(two.host.epochs) == 2)
        add(4)
        for part in (one, two):
            await part.gets_data(4)
            assert [data for _, data in part.host.updates] == (["4"] if quiet else ["3", "4"])
            assert part.host.wrong == []


async def test_updates_that_the_store_has_counted_anew_are_not_taken_for_those_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that knows nothing publishes in an older store before the others are back."""
    with redis_server(tmp_path) as server:
        one, new = Part(server.url, lease=LONG), Part(server.url, lease=LONG)
        async with started(one):
            await one.open()
            with server.client() as client:
                client.save()
            one.produce(1, 2)
            await one.gets((1, 1), (2, 2))
            may, connect = asyncio.Event(), Supervisor._open

            async def later(self: Supervisor) -> Link:
                if self is one.broker._supervisor:
                    await may.wait()
                return await connect(self)

            monkeypatch.setattr(Supervisor, "_open", later)
            server.stop()
            await until(lambda: not is_connected(one))
            server.start()
            async with started(new):
                assert not await new.open()
                new.publish(7, 8, 9)
                await new.gets((1, 7), (2, 8), (3, 9))
                may.set()
                await until(lambda: len(one.host.epochs) == len(new.host.epochs) == 2)
                assert one.host.position == new.host.position


@pytest.mark.parametrize("keeping", [KEEPING, PUBLISHED])
@pytest.mark.parametrize("done", [True, False])
@pytest.mark.parametrize("emptied", [False, True])
async def test_a_batch_without_an_answer_is_sent_again_and_published_once(
    server: RedisServer,
    monkeypatch: pytest.MonkeyPatch,
    keeping: Keeping,
    done: bool,
    emptied: bool,
) -> None:
    one, two = Part(server.url, keeping, lease=LONG), Part(server.url, keeping, lease=LONG)
    async with started(one, two):
        await two.open() if keeping.published else None
        await one.open()
        await two.open() if not keeping.published else None
        add = one.publish if keeping.published else one.produce
        add(1)
        await two.gets((1, 1))
        keep = Link.keep

        async def fail(self: Link, sent: bytes, batch: KeptBatch) -> list[Answer]:
            monkeypatch.setattr(Link, "keep", keep)
            if done:
                await keep(self, sent, batch)
                await until(lambda: two.host.position.seq == 3)
            if emptied:
                with server.client() as client:
                    client.delete(*client.keys("*:state:*"), *client.keys("*:history:*"))
                    client.delete(*client.keys("*:sent:*"), "another")
            raise ConnectionError("broken")

        monkeypatch.setattr(Link, "keep", fail)
        add(2, 3)
        await until(lambda: one.broker.stats.reconnects == 1 and is_connected(one))
        add(4)
        for part in (one, two):
            await part.gets_data(4)
            assert part.host.wrong == []
            if not emptied:
                assert part.host.updates == [(n, str(n)) for n in (1, 2, 3, 4)]
                assert (len(part.host.epochs), part.host.losses) == (1, 1)
            else:
                assert len(part.host.epochs) == 2
                assert [data for _, data in part.host.updates] == ["4"]


async def test_a_state_that_is_sent_again_stays_between_the_same_updates(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = Part(server.url, lease=LONG), Part(server.url, lease=LONG)
    async with started(one, two):
        await one.open()
        await two.open()
        one.produce(1)
        await two.gets((1, 1))
        keep = Link.keep

        async def fail(self: Link, sent: bytes, batch: KeptBatch) -> list[Answer]:
            monkeypatch.setattr(Link, "keep", keep)
            await keep(self, sent, batch)
            await until(lambda: two.host.position.seq == 3)
            raise ConnectionError("broken")

        monkeypatch.setattr(Link, "keep", fail)
        one.produce(2)
        one.broker.snapshot(TOPIC, '"after 2"')
        one.produce(3)
        await until(lambda: one.broker.stats.reconnects == 1 and is_connected(one))
        one.produce(4)
        for part in (one, two):
            await part.gets_data(4)
            assert part.host.wrong == []
            assert {position.seq for position, _ in part.host.snapshots} <= {2}
        # Both have had more than that state, and want another one.
        await until(lambda: one.host.asked > 0)


async def test_a_batch_without_an_answer_is_not_published_in_the_epoch_of_another_process(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = Part(server.url, lease=LONG), Part(server.url, lease=LONG)
    async with started(one, two):
        await one.open()
        await two.open()
        keep = Link.keep

        async def fail(self: Link, sent: bytes, batch: KeptBatch) -> list[Answer]:
            monkeypatch.setattr(Link, "keep", keep)
            await keep(self, sent, batch)
            await two.gets((1, 1), (2, 2))
            with server.client() as client:
                client.delete(*client.keys("*:state:*"))
            two.publish(7)
            await two.gets((1, 7))
            raise ConnectionError("broken")

        monkeypatch.setattr(Link, "keep", fail)
        one.produce(1, 2)
        await until(lambda: one.broker.stats.reconnects == 1 and is_connected(one))
        one.produce(3)
        for part in (one, two):
            await part.gets_data(3)
            assert part.host.updates == [(1, "3")]


async def test_a_position_that_is_known_of_a_topic_that_was_closed_counts_too(
    server: RedisServer,
) -> None:
    one = Part(server.url, PUBLISHED)
    async with started(one):
        await one.open()
        one.publish(1, 2)
        await one.gets((1, 1), (2, 2))
        await one.broker.close(TOPIC)
        with server.client() as client:
            client.hset(client.keys("*:state:*")[0], "seq", "1")
        await one.open()
        assert len(one.host.epochs) == 2
        assert one.host.position == Position(one.host.epochs[1], 0)


@pytest.mark.parametrize("keeping", [KEEPING, PUBLISHED])
async def test_a_batch_that_redis_refuses_is_a_gap_and_stops_nothing(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch, keeping: Keeping
) -> None:
    one = Part(server.url, keeping, lease=LONG)
    async with started(one):
        await one.open()
        add = one.publish if keeping.published else one.produce
        add(1)
        await one.gets((1, 1))
        keep = Link.keep

        async def refuse(self: Link, sent: bytes, batch: KeptBatch) -> list[Answer]:
            if any(b" 2" in it.message for group in batch.groups for it in group.sendings):
                raise ResponseError("a script failed")
            return await keep(self, sent, batch)

        monkeypatch.setattr(Link, "keep", refuse)
        add(2)
        await until(lambda: one.host.position.seq == 2)
        add(3)
        await one.gets((1, 1), (3, 3))
        assert (one.host.losses, one.broker.stats.dropped) == (2, 1)


async def test_a_batch_that_redis_may_have_forgotten_is_not_published_twice(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Part(server.url, PUBLISHED)
    async with started(one):
        await one.open()
        keep, again = Link.keep, False

        async def fail(self: Link, sent: bytes, batch: KeptBatch) -> list[Answer]:
            nonlocal again
            if batch.groups[0].sendings and not again:
                again = True
                await keep(self, sent, batch)
                with server.client() as client:
                    client.delete(*client.keys("*:sent:*"))
                batch.sent_at -= 301
                raise ConnectionError("broken")
            return await keep(self, sent, batch)

        monkeypatch.setattr(Link, "keep", fail)
        one.publish(1)
        await until(lambda: one.broker.stats.reconnects == 1 and is_connected(one))
        one.publish(2)
        await one.gets((1, 1), (3, 2))
