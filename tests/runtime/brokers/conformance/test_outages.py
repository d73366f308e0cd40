"""What every shared broker does when a process or the store fails: each loss is signalled, also at rest."""

import asyncio
from pathlib import Path

import pytest
from tests.runtime.brokers.conformance.processes import Process, Seen, running
from tests.runtime.greeting import ask, greeted, nothing_follows
from tests.runtime.redis_server import RedisServer, redis_server
from tests.runtime.services import AAPL, turns, until

from wsgen_runtime.brokers.redis import RedisBroker
from wsgen_runtime.brokers.redis.link import Link
from wsgen_runtime.brokers.redis.supervisor import Supervisor
from wsgen_runtime.testing import Frame, WsTestClient, connect

LONG = 60.0  # a lease that outlives all outages of a test


def process(server: RedisServer, *, lease: float = LONG, published: bool = False) -> Process:
    return Process(RedisBroker(server.url, lease=lease), replay=9, published=published)


def are_connected(*processes: Process) -> bool:
    return all(each.app.stats.broker.connected for each in processes)


async def next_of(seen: Seen, kind: str) -> Frame:
    while (frame := await seen.next())["type"] != kind:
        pass
    return frame


async def next_update(client: WsTestClient) -> int:
    while (frame := await client.receive())["type"] != "bars.update":
        assert frame["type"] == "status"
    data: int = frame["payload"]["payload"]["close"]
    return data


@pytest.mark.parametrize("published", [False, True])
async def test_a_store_that_lost_its_latest_updates_is_signalled_at_rest(
    tmp_path: Path, published: bool
) -> None:
    with redis_server(tmp_path) as server:
        one, two = (process(server, published=published) for _ in range(2))
        add = one.publish if published else one.produce
        async with running(one, two), greeted(one.app) as here, greeted(two.app) as there:
            seen = [Seen(here), Seen(there)]
            for each in seen:
                each.take(await ask(each.client, AAPL))
            add(1)
            for each in seen:
                await each.until(1)
            with server.client() as client:
                client.save()
            add(2)
            for each in seen:
                await each.until(1, 2)
            since = seen[1].position
            server.stop()
            server.start()
            for each in seen:
                await each.until_reset()
            assert seen[0].position == seen[1].position
            await until(lambda: are_connected(one, two))  # or a status comes first
            async with greeted(two.app) as back:
                assert (await ask(back, AAPL, since))["payload"]["recovered"] is False
            add(3)
            for each in seen:
                await each.until(3)
                assert each.data == [3]


@pytest.mark.parametrize("published", [False, True])
async def test_an_outage_without_a_loss_is_none_for_clients_of_a_producer(
    tmp_path: Path, published: bool
) -> None:
    with redis_server(tmp_path, "--appendonly", "yes", "--appendfsync", "always") as server:
        one, two = (process(server, published=published) for _ in range(2))
        add = one.publish if published else one.produce
        async with (
            running(one, two),
            greeted(one.app) as here,
            greeted(two.app) as there,
            connect(two.app) as founding,
        ):
            seen = [Seen(here), Seen(there)]
            for each in seen:
                each.take(await ask(each.client, AAPL))
            await founding.subscribe("bars", AAPL)
            add(1)
            for each in seen:
                await each.until(1)
            server.stop()
            await until(lambda: not are_connected(one) and not are_connected(two))
            add(2, 3)
            server.start()
            await until(lambda: are_connected(one, two))
            add(4)
            for each in seen:
                await each.until(1, 2, 3, 4)
                # Without a producer, nobody knows that nothing is missing.
                assert (each.resets, each.data) == (int(published), [1, 2, 3, 4])
            got = [await next_update(founding) for _ in range(4)]
            assert got == [1, 2, 3, 4]


async def test_who_subscribes_during_an_outage_gets_a_position_after_it(tmp_path: Path) -> None:
    with redis_server(tmp_path) as server:
        one = process(server, published=True)
        async with running(one), greeted(one.app) as client:
            server.stop()
            await next_of(Seen(client), "status")
            answer = await ask(client, AAPL)
            assert "epoch" not in answer["payload"]
            one.publish(1)
            server.start()
            seen = Seen(client)
            await seen.until_reset()
            await seen.until(1)


async def test_a_process_that_was_cut_off_does_not_mix_its_updates_with_those_of_its_successor(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = process(server, lease=1.0), process(server, lease=1.0)
    async with running(one, two), greeted(one.app) as here, greeted(two.app) as there:
        seen = [Seen(here), Seen(there)]
        for each in seen:
            each.take(await ask(each.client, AAPL))
        one.produce(1)
        for each in seen:
            await each.until(1)
        broker, connect, cut = one.app._broker, Supervisor._open, True

        async def fail(self: Supervisor) -> Link:
            if cut and self is getattr(broker, "_supervisor", None):
                raise ConnectionError("no route to host")
            return await connect(self)

        monkeypatch.setattr(Supervisor, "_open", fail)
        assert isinstance(broker, RedisBroker)
        assert broker._session is not None
        await broker._session._link.close()
        one.produce(2, 3)  # nobody gets them
        await until(lambda: two.produces and not one.produces)
        two.produce(4)
        await seen[1].until(4)
        cut = False
        await seen[0].until_reset()
        await seen[0].until(4)
        assert seen[0].position == seen[1].position
        assert [each.data for each in seen] == [[4], [4]]


async def test_many_clients_that_come_back_at_once_need_one_read(
    server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = process(server), process(server)
    reads = 0
    read, gate = Link.read, asyncio.Event()

    async def count(self: Link, questions: object) -> object:
        nonlocal reads
        reads += 1
        await gate.wait()
        return await read(self, questions)  # type: ignore[arg-type] # as they came

    async with running(one, two), greeted(one.app) as stays:
        seen = Seen(stays)
        seen.take(await ask(stays, AAPL))
        since = seen.position
        one.produce(1, 2)
        await seen.until(1, 2)
        monkeypatch.setattr(Link, "read", count)
        assert since is not None
        frame = {"type": "bars.subscribe", "payload": AAPL, "id": 1, "since": since._asdict()}
        async with greeted(two.app) as a, greeted(two.app) as b, greeted(two.app) as c:
            await a.send(frame)
            await until(lambda: reads == 1)
            for client in (b, c):
                await client.send(frame)
            await turns()
            gate.set()
            for client in (a, b, c):
                back = Seen(client)
                assert (await back.next())["payload"]["recovered"] is True
                await back.until(1, 2)
                await nothing_follows(client)
        await turns()
        assert reads == 1
