"""What every shared broker does, for an app in several processes."""

import pytest
from tests.runtime.brokers.conformance.processes import MakeBroker, Process, Seen, running
from tests.runtime.greeting import ask, greeted, position_of
from tests.runtime.services import AAPL, until

from wsgen_runtime import History
from wsgen_runtime.brokers.redis import RedisBroker
from wsgen_runtime.brokers.redis.session import RedisSession


async def test_an_update_has_the_same_position_in_all_processes(make_shared: MakeBroker) -> None:
    one, two = Process(make_shared()), Process(make_shared())
    async with running(one, two), greeted(one.app) as here, greeted(two.app) as there:
        seen = [Seen(here), Seen(there)]
        for each in seen:
            each.take(await ask(each.client, AAPL))
        assert seen[0].position == seen[1].position
        one.produce(1, 2)
        two.publish(3)
        await seen[0].until(1, 2, 3)
        await seen[1].until(1, 2, 3)
        assert seen[0].position == seen[1].position


async def test_who_comes_back_to_another_process_gets_what_was_missed(
    make_shared: MakeBroker,
) -> None:
    one, two = Process(make_shared()), Process(make_shared())
    async with running(one, two), greeted(one.app) as stays:
        await ask(stays, AAPL)
        async with greeted(one.app) as client:
            seen = Seen(client)
            seen.take(await ask(client, AAPL))
        one.produce(1, 2, 3)
        await Seen(stays, seen.position).until(1, 2, 3)
        async with greeted(two.app) as client:
            back = Seen(client)
            answer = await ask(client, AAPL, seen.position)
            assert answer["payload"]["recovered"] is True
            back.take(answer)
            await back.until(1, 2, 3)
            one.produce(4)
            await back.until(1, 2, 3, 4)


async def test_who_comes_back_to_a_process_that_is_behind_has_missed_nothing(
    make_shared: MakeBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = Process(make_shared()), Process(make_shared())
    receive, late = RedisSession._receive, list[tuple[bytes, object]]()
    behind = False

    def receive_later(self: RedisSession, channel: bytes, content: object) -> None:
        if behind and self is getattr(two.app._broker, "_session", None):
            late.append((channel, content))
        else:
            receive(self, channel, content)

    monkeypatch.setattr(RedisSession, "_receive", receive_later)
    async with running(one, two), greeted(two.app) as stays:
        async with greeted(one.app) as here:
            seen = Seen(here)
            seen.take(await ask(here, AAPL))
            stayed = Seen(stays)
            stayed.take(await ask(stays, AAPL))
            behind = True
            one.produce(1, 2)
            await seen.until(1, 2)
        async with greeted(two.app) as client:
            back = Seen(client, seen.position)
            answer = await ask(client, AAPL, seen.position)
            assert (answer["payload"]["recovered"], position_of(answer)) == (True, seen.position)
            behind = False
            assert isinstance(two.app._broker, RedisBroker)
            session = two.app._broker._session
            assert session is not None
            for message in late:
                receive(session, *message)
            one.produce(3)
            await back.until(3)
            await stayed.until(1, 2, 3)
            assert (back.data, stayed.data, stayed.resets) == ([3], [1, 2, 3], 0)


async def test_clients_are_told_when_another_process_produces(make_shared: MakeBroker) -> None:
    one, two = Process(make_shared(), replay=5), Process(make_shared(), replay=5)
    async with running(two), greeted(two.app) as there:
        async with running(one), greeted(one.app) as here:
            await ask(here, AAPL)
            seen = Seen(there)
            seen.take(await ask(there, AAPL))
            one.produce(1)
            await seen.until(1)
            since = seen.position
        await seen.until_reset()
        await until(lambda: two.produces)
        assert not one.produces
        two.produce(2)
        await seen.until(2)
        assert seen.data == [2]
        async with greeted(two.app) as back:
            assert (await ask(back, AAPL, since))["payload"]["recovered"] is False


async def test_a_producer_goes_on_without_subscribers_while_another_process_has_some(
    make_shared: MakeBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = (Process(make_shared(), history=History(seconds=0.1)) for _ in range(2))
    asked = 0
    lingering = one.app._hub._lingering
    ask_heard = lingering.ask_heard
    assert ask_heard is not None

    def count(topic: str) -> None:
        nonlocal asked
        asked += 1
        ask_heard(topic)

    monkeypatch.setattr(lingering, "ask_heard", count)
    async with running(one, two), greeted(two.app) as there:
        async with greeted(one.app) as here:
            await ask(here, AAPL)
            seen = Seen(there)
            seen.take(await ask(there, AAPL))
        await until(lambda: asked == 3)
        one.produce(1)
        await seen.until(1)
        assert (seen.resets, one.app.stats.lingering) == (0, 1)
        await there.unsubscribe("bars", AAPL)
        await until(lambda: not one.produces and not two.app._hub._channels)
        assert not two.produces


async def test_published_updates_of_all_processes_are_one_history(make_shared: MakeBroker) -> None:
    one, two = (Process(make_shared(), published=True, replay=9) for _ in range(2))
    async with running(one, two):
        one.publish(1)
        await until(lambda: one.app.stats.broker.queued == 0)
        async with greeted(two.app) as client:
            seen = Seen(client)
            seen.take(await ask(client, AAPL))
            await seen.until(1)
            two.publish(2)
            await seen.until(1, 2)
            one.publish(3)
            await seen.until(1, 2, 3)
