"""What every broker does, for an app in one process."""

from tests.runtime.brokers.conformance.processes import HISTORY, MakeBroker, Process, Seen, running
from tests.runtime.greeting import ask, greeted, nothing_follows, position_of
from tests.runtime.services import AAPL, AAPL_TOPIC, until

from wsgen_runtime import Position
from wsgen_runtime.topics.feed import Feed


async def test_all_get_the_same_updates_in_the_same_order_and_each_once(
    make_broker: MakeBroker,
) -> None:
    one = Process(make_broker())
    async with running(one), greeted(one.app) as first, greeted(one.app) as second:
        seen = [Seen(first), Seen(second)]
        for each in seen:
            each.take(await ask(each.client, AAPL))
        for number in range(0, 20, 2):
            one.produce(number)
            one.publish(number + 1)
        for each in seen:
            await each.until(*range(20))
            assert each.position is not None
            assert each.position.seq == 20
            await nothing_follows(each.client)


async def test_who_comes_back_gets_what_was_missed(make_broker: MakeBroker) -> None:
    one = Process(make_broker())
    async with running(one):
        async with greeted(one.app) as client:
            since = position_of(await ask(client, AAPL))
        one.produce(1, 2, 3)
        async with greeted(one.app) as stays, greeted(one.app) as client:
            other = Seen(stays)
            other.take(await ask(stays, AAPL, since))
            await other.until(1, 2, 3)
            seen = Seen(client)
            answer = await ask(client, AAPL, since)
            assert answer["payload"]["recovered"] is True
            seen.take(answer)
            await seen.until(1, 2, 3)
            one.produce(4)
            await seen.until(1, 2, 3, 4)


async def test_who_has_missed_too_much_is_told(make_broker: MakeBroker) -> None:
    one = Process(make_broker())
    async with running(one), greeted(one.app) as client, greeted(one.app) as back:
        seen = Seen(client)
        seen.take(await ask(client, AAPL))
        assert seen.position is not None
        since, count = seen.position, HISTORY.updates + 1
        one.produce(*range(count))
        await seen.until(*range(count))
        for position in (since, Position(since.epoch, count + 1), Position("another", count)):
            answer = await ask(back, AAPL, position)
            assert answer["payload"]["recovered"] is False
            assert position_of(answer) == seen.position
        answer = await ask(back, AAPL, Position(since.epoch, 1))
        assert answer["payload"]["recovered"] is True


async def test_a_new_producer_begins_an_epoch(make_broker: MakeBroker) -> None:
    one = Process(make_broker())
    async with running(one), greeted(one.app) as client:
        seen = Seen(client)
        seen.take(await ask(client, AAPL))
        one.produce(1)
        await seen.until(1)
        feed = one.service.feeds[AAPL_TOPIC]
        assert isinstance(feed, Feed)
        feed.end("no more")
        assert (await client.receive())["type"] == "bars.unsubscribed"
        await until(lambda: not one.produces)
        answer = await ask(client, AAPL, seen.position)
        assert answer["payload"]["recovered"] is False
        assert seen.position is not None
        assert position_of(answer).epoch != seen.position.epoch


async def test_new_subscribers_get_the_last_updates(make_broker: MakeBroker) -> None:
    one = Process(make_broker(), replay=2)
    async with running(one), greeted(one.app) as first, greeted(one.app) as second:
        seen, late = Seen(first), Seen(second)
        seen.take(await ask(first, AAPL))
        one.produce(1, 2, 3)
        await seen.until(1, 2, 3)
        late.take(await ask(second, AAPL))
        await late.until(2, 3)
        assert late.position == seen.position


async def test_published_updates_are_kept_while_nobody_listens(make_broker: MakeBroker) -> None:
    one = Process(make_broker(), published=True, replay=2)
    async with running(one):
        one.publish(1, 2, 3)
        await until(lambda: one.app.stats.broker.queued == 0)
        async with greeted(one.app) as client:
            seen = Seen(client)
            seen.take(await ask(client, AAPL))
            since = seen.position
            await seen.until(2, 3)
        one.publish(4)
        async with greeted(one.app) as client:
            seen = Seen(client)
            answer = await ask(client, AAPL, since)
            assert answer["payload"]["recovered"] is True
            seen.take(answer)
            await seen.until(2, 3, 4)
