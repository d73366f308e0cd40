"""Two apps on a real Redis, as two processes would be: in one process here, so that each step can be awaited."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict
from redis import Redis
from tests.runtime.redis_server import RedisServer, free_port, redis_server
from tests.runtime.services import (
    AAPL,
    AAPL_TOPIC,
    Bar,
    BarRequest,
    BarRouter,
    Recorder,
    turns,
    until,
)

from wsgen_runtime import WsApp, WsRouter
from wsgen_runtime.brokers.redis import RedisBroker
from wsgen_runtime.brokers.redis.address import Address
from wsgen_runtime.brokers.redis.link import Link
from wsgen_runtime.brokers.redis.messages import Names
from wsgen_runtime.brokers.redis.session import Session
from wsgen_runtime.testing import WsTestClient, connect

LEASE = 2.0
APPLE = BarRequest(symbol="AAPL")
CHANNEL = Names("wsgen", 0).channel(AAPL_TOPIC)
KEY = Names("wsgen", 0).lease(AAPL_TOPIC)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def server(shared: RedisServer) -> RedisServer:
    with shared.client() as client:
        client.flushall()
    return shared


class Process:
    """One app with its service and its broker."""

    def __init__(self, url: str, *, lease: float = LEASE, queue: int = 10_000) -> None:
        self.service = Recorder()
        self.router = BarRouter(service=self.service)
        broker = RedisBroker(url, lease=lease, queue=queue)
        self.app = WsApp(routers=[self.router], broker=broker)

    def produce(self, close: float) -> None:
        self.service.feeds[AAPL_TOPIC](Bar(close=close))

    @property
    def produces(self) -> bool:
        return AAPL_TOPIC in self.service.feeds


@asynccontextmanager
async def running(*processes: Process) -> AsyncIterator[None]:
    for process in processes:
        await process.app.startup()
    try:
        yield
    finally:
        for process in processes:
            await process.app.shutdown()


async def close_of(client: WsTestClient) -> object:
    return (await client.receive())["payload"]["payload"]["close"]


async def status_of(client: WsTestClient) -> object:
    """Return the next status; an update that another process published already may come before it."""
    while (frame := await client.receive(timeout=10))["type"] != "status":
        pass
    return frame["payload"]["broker"]


async def test_one_process_produces_and_all_deliver_in_the_same_order(server: RedisServer) -> None:
    one, two = Process(server.url), Process(server.url)
    async with running(one, two), connect(one.app) as here, connect(two.app) as there:
        await here.subscribe("bars", AAPL)
        await there.subscribe("bars", AAPL)
        assert (one.produces, two.produces) == (True, False)
        for close in range(50):
            one.produce(close)
            two.router.publish(APPLE, Bar(close=1_000 + close))
        frames = [[await client.receive() for _ in range(100)] for client in (here, there)]
        assert frames[0] == frames[1]
        closes = [frame["payload"]["payload"]["close"] for frame in frames[0]]
        assert [close for close in closes if close < 1_000] == list(range(50))
        assert [close for close in closes if close >= 1_000] == list(range(1_000, 1_050))
        assert [frame["seq"] for frame in frames[0]] == list(range(1, 101))
        assert (one.app.stats.broker.leases, two.app.stats.broker.leases) == (1, 0)


async def test_concurrent_first_subscribers_get_one_producer(server: RedisServer) -> None:
    one, two = Process(server.url), Process(server.url)
    async with running(one, two), connect(one.app) as here, connect(two.app) as there:
        for symbol in ("A", "B", "C", "D"):
            request = {"symbol": symbol}
            await asyncio.gather(here.subscribe("bars", request), there.subscribe("bars", request))
        assert len(one.service.feeds) + len(two.service.feeds) == 4


async def test_who_leaves_gives_the_lease_back_at_once(server: RedisServer) -> None:
    # Were it not for that, the lease would outlast the timeouts of this test.
    one, two = Process(server.url, lease=600), Process(server.url, lease=600)
    async with running(one, two), connect(one.app) as here, connect(two.app) as there:
        await here.subscribe("bars", AAPL)
        await there.subscribe("bars", AAPL)
        for close in range(600):
            one.produce(close)
        await here.unsubscribe("bars", AAPL)
        await until(lambda: two.produces)
        two.produce(600)
        # What the one published before it left comes before what the other publishes.
        assert [await close_of(there) for _ in range(601)] == list(range(601))
        await here.subscribe("bars", AAPL)
        await two.app.shutdown()
        await until(lambda: one.produces)


async def test_cancel_reaches_the_own_process_alone(server: RedisServer) -> None:
    one, two = Process(server.url, lease=600), Process(server.url, lease=600)
    async with running(one, two), connect(one.app) as here, connect(two.app) as there:
        await here.subscribe("bars", AAPL)
        await there.subscribe("bars", AAPL)
        assert one.app.cancel(AAPL_TOPIC, "delisted") == 1
        assert (await here.receive())["payload"]["reason"] == "delisted"
        await until(lambda: two.produces and not one.produces)
        two.produce(1)
        assert await close_of(there) == 1


async def test_who_loses_the_lease_stops_and_publishes_no_more(server: RedisServer) -> None:
    one, two = Process(server.url), Process(server.url, lease=600)
    async with running(one, two), connect(one.app) as here:
        await here.subscribe("bars", AAPL)
        feed = one.service.feeds[AAPL_TOPIC]
        with server.client() as client:
            client.set(KEY, "another's", px=60_000)
        feed(Bar(close=1))  # still ours as far as we know: Redis refuses it
        await until(lambda: one.app.stats.broker.dropped == 1)
        await until(lambda: not one.produces)
        feed(Bar(close=2))
        two.router.publish(APPLE, Bar(close=3))
        assert await close_of(here) == 3
        with server.client() as client:
            client.delete(KEY)
            client.publish(CHANNEL.decode(), "1 r")
        await until(lambda: one.produces)


async def test_an_outage_is_told_and_survived(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with redis_server(tmp_path) as server:
        one, two = Process(server.url), Process(server.url)
        log = two.service.log = one.service.log
        async with running(one, two), connect(one.app) as here, connect(two.app) as there:
            await here.subscribe("bars", AAPL)
            await there.subscribe("bars", AAPL)
            server.stop()
            assert [await status_of(here), await status_of(there)] == ["disconnected"] * 2
            assert not one.app.stats.broker.connected
            # Whoever comes now is told, is subscribed at once, and gets updates later.
            async with connect(two.app) as late:
                assert await status_of(late) == "disconnected"
                await late.subscribe("bars", {"symbol": "LATE"})
                one.router.publish(APPLE, Bar(close=1))
                server.start()
                for client in (here, there, late):
                    assert await status_of(client) == "connected"
                assert one.app.stats.broker.connected
                assert await close_of(here) == 1  # it waited; others may have come back later
                await until(lambda: one.produces != two.produces)
                producer = one if one.produces else two
                producer.produce(2)
                assert await close_of(here) == 2
                while await close_of(there) != 2:
                    pass
                await until(lambda: 'bars:{"resolution":"","symbol":"LATE"}' in two.service.feeds)
                two.router.publish(BarRequest(symbol="LATE"), Bar(close=2))
                assert await close_of(late) == 2
        assert one.app.stats.broker.reconnects == 1
    # Redis has forgotten who produced; yet nobody began before that one had stopped.
    kinds = [kind for kind, topic in log if topic == AAPL_TOPIC]
    assert kinds == ["create", "remove"] * (len(kinds) // 2)
    assert caplog.text.count("went away") == 2  # once for each process


async def test_a_long_outage_ends_production_and_memory_is_bounded(tmp_path: Path) -> None:
    with redis_server(tmp_path) as server:
        one = Process(server.url, lease=0.5, queue=100)
        async with running(one), connect(one.app) as client:
            await client.subscribe("bars", AAPL)
            server.stop()
            assert await status_of(client) == "disconnected"
            await until(lambda: not one.produces)
            for close in range(1_000):
                one.router.publish(APPLE, Bar(close=close))
            stats = one.app.stats.broker
            assert (stats.queued, stats.dropped, stats.leases) == (100, 900, 0)
            server.start()
            assert await status_of(client) == "connected"
            assert [await close_of(client) for _ in range(100)] == list(range(900, 1_000))
            await until(lambda: one.produces)


async def test_a_redis_that_hangs_is_given_up(tmp_path: Path) -> None:
    with redis_server(tmp_path) as server:
        one = Process(server.url, lease=0.5)
        async with running(one), connect(one.app) as client:
            await client.subscribe("bars", AAPL)
            server.pause()
            assert await status_of(client) == "disconnected"
            await client.subscribe("bars", {"symbol": "LATE"})  # does not wait for it
            server.resume()
            assert await status_of(client) == "connected"
            await until(lambda: len(one.service.feeds) == 2)


# Not one of them is what redis-py expects; for some it raises what it never announces.
NONSENSE = [b":x\r\n", b"*1\r\n$3\r\nabc\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"", b"+OK\r\n"]


@asynccontextmanager
async def answering_nonsense(port: int, answers: list[bytes]) -> AsyncIterator[list[bytes]]:
    """Be in Redis' place; yield what was answered so far, one answer for each connection."""
    given: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonsense = answers[len(given) % len(answers)]
        given.append(nonsense)
        while nonsense and await reader.read(65_536):
            writer.write(nonsense)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", port):
        yield given


@pytest.mark.parametrize("answer", NONSENSE)
async def test_what_is_not_redis_fails_the_start_with_a_reason(answer: bytes) -> None:
    port = free_port()
    app = WsApp(routers=[], broker=RedisBroker(f"redis://127.0.0.1:{port}", lease=0.5))
    async with answering_nonsense(port, [answer]):
        with pytest.raises(
            ConnectionError, match=f"Redis at 127.0.0.1:{port} .* cannot be used: ."
        ):
            await app.startup()


async def test_nothing_that_answers_in_redis_place_ends_the_attempts(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with redis_server(tmp_path) as server:
        one = Process(server.url, lease=0.5)
        async with running(one), connect(one.app) as client:
            await client.subscribe("bars", AAPL)
            server.stop()
            async with answering_nonsense(server.port, NONSENSE[:2]) as given:
                assert await status_of(client) == "disconnected"
                await until(lambda: len(given) >= 2)
            with monkeypatch.context() as patched:
                failed = asyncio.Event()

                def fail(self: object) -> None:
                    failed.set()
                    raise AttributeError("a mistake in redis-py")

                patched.setattr(Address, "connection", fail)
                await failed.wait()
            server.start()
            assert await status_of(client) == "connected"
            await until(lambda: one.produces)
    assert "AttributeError: a mistake in redis-py" in caplog.text


async def test_what_others_publish_on_our_channels_harms_nobody(
    server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    one = Process(server.url)
    async with running(one), connect(one.app) as client:
        await client.subscribe("bars", AAPL)
        one.produce(1)
        assert await close_of(client) == 1
        malformed = [
            b"",
            b"1",
            b"\xff\x00",
            b"1 p",
            b"1 p {",
            b'1 p 1}},"seq":1}',
            b"1 p nan",
            b"1 p " + '"x"'.encode("utf-16"),
            b"1 p \xff",
            b"1 p " + b"[" * 100_000,
            b"1 u token",
            b"1 u token x 1",
            b"1 u token -1 1",
            b"1 u token " + b"9" * 5_000 + b" 1",
            b"2 p 1",
        ]
        with server.client() as stranger:
            token = stranger.get(KEY)
            assert isinstance(token, bytes)
            malformed += [b"1 u %b 1 7" % token, b"1 u %b 9007199254740992 7" % token]
            for message in malformed:
                stranger.publish(CHANNEL.decode(), message)
            stranger.publish(CHANNEL.decode(), "1 r")
        one.produce(2)
        frame = await client.receive()
        assert (frame["payload"]["payload"]["close"], frame["seq"]) == (2, 2)
        assert one.app.stats.broker.rejected == len(malformed)
        assert one.app.stats.broker.reconnects == 0
    assert [record.getMessage() for record in caplog.records] == [
        "a message on a channel of ours in Redis is ignored: it is of an unknown kind"
    ]


class Anything(BaseModel):
    """Whatever pydantic writes as JSON, and a little more."""

    model_config = ConfigDict(ser_json_inf_nan="constants")

    value: object


async def test_whatever_pydantic_writes_arrives(server: RedisServer) -> None:
    deepest: list[object] = []
    for _ in range(250):  # pydantic itself refuses a few more
        deepest = [deepest]
    values = [float("nan"), float("-inf"), "\u2028\0\U0001f600", -(10**4_000), deepest, None]
    service = Recorder()
    router = WsRouter(service=service, route="any", request_type=BarRequest, data_type=Anything)
    app = WsApp(routers=[router], broker=RedisBroker(server.url))
    async with connect(app) as client:
        await client.subscribe("any", AAPL)
        (feed,) = service.feeds.values()
        for value in values:
            feed(Anything(value=value))
        arrived = [(await client.receive())["payload"]["payload"]["value"] for _ in values]
        # repr: NaN is not equal to itself.
        assert list(map(repr, arrived)) == list(map(repr, values))
        assert app.stats.broker.rejected == 0
    await app.shutdown()


class Flooded(Link):
    """A link on which there is always something to hear."""

    def __init__(self) -> None:
        self.heard = 0

    async def hear(self) -> tuple[bytes, bytes, object]:
        self.heard += 1
        if self.heard > 200_000:
            raise EOFError("nothing else ran meanwhile")
        return b"message", CHANNEL, b'1 p {"close":1}'


async def test_a_flood_of_updates_does_not_keep_others_from_the_loop(server: RedisServer) -> None:
    one = Process(server.url)
    async with running(one), connect(one.app) as client:
        await client.subscribe("bars", AAPL)
        assert isinstance(one.app._broker, RedisBroker)
        assert one.app._broker._state is not None
        link = Flooded()
        session = Session(link, one.app._broker._state, silence=60, ready=lambda: None)
        listening = asyncio.create_task(session._listen())
        await turns(3)
        assert not listening.done()
        listening.cancel()
        assert 0 < link.heard < 200_000


async def test_what_is_lost_on_the_way_is_a_gap_in_seq(server: RedisServer) -> None:
    one = Process(server.url)
    async with running(one), connect(one.app) as client:
        await client.subscribe("bars", AAPL)
        one.produce(1)
        assert (await client.receive())["seq"] == 1
        with server.client() as stranger:
            token = stranger.get(KEY)
            assert isinstance(token, bytes)
            stranger.publish(CHANNEL.decode(), b'1 u %b 5 {"close":5}' % token)
        assert (await client.receive())["seq"] == 5
        assert (one.app.stats.lost, one.app.stats.broker.missed) == (3, 3)


async def test_long_topics_have_short_names(server: RedisServer) -> None:
    one = Process(server.url)
    async with running(one), connect(one.app) as client:
        await client.subscribe("bars", {"symbol": "x" * 50_000})
        with server.client() as redis:
            (channel,) = [
                name
                for name in redis.pubsub_channels()
                if b":topic:" in name  # type: ignore[union-attr, unused-ignore]
            ]
            assert len(channel) == len(CHANNEL)
            assert len(redis.keys("wsgen:0:lease:*")) == 1  # type: ignore[arg-type, unused-ignore]
            ttl = redis.pttl(redis.keys("wsgen:0:lease:*")[0])  # type: ignore[index, unused-ignore]
            assert isinstance(ttl, int)
            assert 0 < ttl <= LEASE * 1_000


async def test_apps_of_other_titles_share_nothing(server: RedisServer) -> None:
    services = [Recorder(), Recorder()]
    apps = [
        WsApp(title=str(number), routers=[BarRouter(service=service)], broker=server.url)
        for number, service in enumerate(services)
    ]
    async with connect(apps[0]) as here, connect(apps[1]) as there:
        for client in (here, there):
            await client.subscribe("bars", AAPL)
        assert all(AAPL_TOPIC in service.feeds for service in services)
    for app in apps:
        await app.shutdown()


async def test_a_password_opens_redis_and_never_shows(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with redis_server(tmp_path, "--requirepass", "s3cret") as server:
        place = f"127.0.0.1:{server.port}"
        right = RedisBroker(f"redis://:s3cret@{place}/0", lease=0.5)
        app = WsApp(routers=[BarRouter(service=Recorder())], broker=right)
        async with connect(app) as client:
            await client.subscribe("bars", AAPL)
            server.stop()
            assert await status_of(client) == "disconnected"
            server.options = ("--requirepass", "n3w")
            server.start()
            await until(lambda: "is still away: invalid username-password pair" in caplog.text)
        await app.shutdown()
        for url in (f"redis://{place}", f"redis://:wr0ng@{place}"):
            with pytest.raises(
                ConnectionError, match=f"Redis at {place} .* cannot be used: "
            ) as caught:
                await WsApp(routers=[BarRouter(service=Recorder())], broker=url).startup()
            assert "wr0ng" not in str(caught.value)
    assert place in repr(right)
    assert "s3cret" not in repr(right) + caplog.text
    assert caplog.text.count("invalid username-password pair") == 1


@pytest.mark.parametrize(
    "url",
    [
        "reddis://:s3cret@host",
        "redis://:s3/cret@host",
        "redis://x:s3cret@host:port/0",
        "redis://h?s3cret=1",
    ],
)
def test_an_address_that_cannot_be_read_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match=r"Redis address|unknown broker") as caught:
        WsApp(routers=[], broker=url)
    if "?" not in url:
        assert "s3" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


async def test_a_redis_that_is_not_there_fails_the_start() -> None:
    app = WsApp(routers=[], broker=f"redis://127.0.0.1:{free_port()}")
    with pytest.raises(ConnectionError, match="cannot be used: Error 111"):
        await app.startup()


@pytest.mark.parametrize("bad", [{"lease": 0}, {"queue": -1}, {"queue_bytes": 0}])
def test_bounds_are_positive(bad: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(bad))):
        RedisBroker("redis://localhost", **bad)  # type: ignore[arg-type] # ints, each of them


def test_without_redis_py_the_extra_is_named() -> None:
    code = "import sys; sys.modules['redis'] = None\nfrom wsgen_runtime import WsApp\n"
    code += "WsApp(routers=[], broker='redis://localhost')"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert "pip install 'wsgen[redis]'" in found.stderr.splitlines()[-1]


async def test_nothing_is_left_in_redis(server: RedisServer) -> None:
    one = Process(server.url)
    async with running(one), connect(one.app) as client:
        await client.subscribe("bars", AAPL)
        tasks = asyncio.all_tasks()
    await turns()
    assert len(asyncio.all_tasks() & tasks) == 1
    with server.client() as redis:
        assert redis.keys("*") == []
        assert isinstance(redis, Redis)
