"""Credentials that change, and clients of redis-py in place of an address."""

import asyncio
import logging
import threading
from pathlib import Path

import pytest
import redis.asyncio
from redis.asyncio.sentinel import Sentinel
from redis.credentials import CredentialProvider
from tests.runtime.brokers.redis.redis_apps import LEASE, status_of
from tests.runtime.redis_server import RedisServer, free_port, redis_server
from tests.runtime.services import AAPL, AAPL_TOPIC, Bar, BarRouter, Recorder, until

from wsgen_runtime import WsApp
from wsgen_runtime.brokers.redis import RedisBroker
from wsgen_runtime.testing import RefusedByServerError, connect


class Rotating(CredentialProvider):
    """A provider that is not asynchronous, as most are."""

    def __init__(self) -> None:
        self.password = "first"
        self.threads: set[int] = set()

    def get_credentials(self) -> tuple[str] | tuple[str, str]:
        self.threads.add(threading.get_ident())
        return "default", self.password


class Asynchronous(Rotating):
    async def get_credentials_async(self) -> tuple[str] | tuple[str, str]:
        await asyncio.sleep(0)
        return (self.password,)


def app_on(broker: RedisBroker) -> tuple[WsApp, Recorder]:
    service = Recorder()
    return WsApp(title="clients", routers=[BarRouter(service=service)], broker=broker), service


async def works(app: WsApp, service: Recorder) -> None:
    """Prove that an update goes through Redis and back."""
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        service.feeds[AAPL_TOPIC](Bar(close=1))
        assert (await client.receive())["payload"]["payload"] == {"close": 1.0}
        assert app.stats.broker.connected


@pytest.mark.parametrize("kind", [Rotating, Asynchronous])
async def test_a_changed_password_is_requested_again(tmp_path: Path, kind: type[Rotating]) -> None:
    provider = kind()
    with redis_server(tmp_path, "--requirepass", "first") as server:
        address = f"redis://127.0.0.1:{server.port}/0"
        app, service = app_on(RedisBroker(address, credentials=provider, lease=0.5))
        async with connect(app) as client:
            await client.subscribe("bars", AAPL)
            server.stop()
            assert await status_of(client) == "disconnected"
            server.options = ("--requirepass", "second")
            provider.password = "second"
            server.start()
            assert await status_of(client) == "connected"
            await until(lambda: AAPL_TOPIC in service.feeds)
        await app.shutdown()
    assert threading.get_ident() not in provider.threads, "the event loop is not held up"


async def test_a_function_that_creates_a_client_is_called_for_each_connection(
    tmp_path: Path,
) -> None:
    passwords = ["first"]
    with redis_server(tmp_path, "--requirepass", "first") as server:

        def client() -> redis.asyncio.Redis:
            return redis.asyncio.Redis(port=server.port, password=passwords[-1])

        app, service = app_on(RedisBroker(client, lease=0.5))
        async with connect(app) as connected:
            await connected.subscribe("bars", AAPL)
            server.stop()
            assert await status_of(connected) == "disconnected"
            server.options = ("--requirepass", "second")
            passwords.append("second")
            server.start()
            assert await status_of(connected) == "connected"
            await until(lambda: AAPL_TOPIC in service.feeds)
        await app.shutdown()


async def test_only_the_settings_of_a_client_are_used(server: RedisServer) -> None:
    client = redis.asyncio.Redis(port=server.port, decode_responses=True, db=1)
    broker = RedisBroker(client, lease=LEASE)
    app, service = app_on(broker)
    await works(app, service)
    await app.shutdown()
    assert repr(broker) == f"RedisBroker(localhost:{server.port} (database 1))"
    assert await client.ping()
    await client.connection_pool.disconnect()


def test_anything_but_a_client_of_a_single_server_is_refused() -> None:
    for source in (redis.Redis(), lambda: redis.Redis(), 1):
        with pytest.raises(TypeError, match=r"takes an address, a client of redis.asyncio"):
            RedisBroker(source)  # type: ignore[arg-type] # what an untyped caller may pass
    with pytest.raises(TypeError, match="use `master_for` of Sentinel"):
        RedisBroker(Sentinel([("localhost", 1)]).slave_for("mymaster"))  # type: ignore[no-untyped-call] # redis-py is partly typed


def test_contradicting_and_invalid_credentials_are_refused() -> None:
    with pytest.raises(ValueError, match="use one of them"):
        RedisBroker("redis://:s3cret@localhost", credentials=Rotating())
    with pytest.raises(TypeError, match=r"must be a redis.CredentialProvider"):
        RedisBroker("redis://localhost", credentials="s3cret")  # type: ignore[arg-type] # the same
    with pytest.raises(TypeError, match="give them to the client"):
        RedisBroker(redis.asyncio.Redis(), credentials=Rotating())


async def test_a_provider_that_fails_is_logged_once_for_each_reason(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    provider = Rotating()
    with redis_server(tmp_path, "--requirepass", "first") as server:
        address = f"redis://127.0.0.1:{server.port}/0"
        app, _ = app_on(RedisBroker(address, credentials=provider, lease=0.5))
        async with connect(app) as client:
            server.stop()
            assert await status_of(client) == "disconnected"
            asked: list[int] = []

            def fail() -> tuple[str]:
                asked.append(1)
                raise LookupError("no token")

            provider.get_credentials = fail  # type: ignore[method-assign] # as it goes wrong
            server.start()
            await until(lambda: len(asked) >= 3)
            del provider.get_credentials  # and recovers
            assert await status_of(client) == "connected"
        await app.shutdown()
    warnings = [record for record in caplog.records if record.levelno >= logging.WARNING]
    told = [record.getMessage() for record in warnings]
    place = f"Redis at 127.0.0.1:{server.port} (database 0)"
    assert told[0].startswith(f"{place} went away")
    assert told.count(f"{place} is still away: no token") == 1
    assert told[-1] == f"{place} is back"
    assert len(told) <= 4, "one line for each change"


async def test_without_redis_many_refused_clients_are_one_line_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app, _ = app_on(RedisBroker(f"redis://127.0.0.1:{free_port()}/0", lease=0.5))
    for _ in range(60):
        with pytest.raises(RefusedByServerError) as refused:
            async with connect(app):
                pass
        assert refused.value.status == 503
    (record,) = (record for record in caplog.records if record.levelno >= logging.WARNING)
    assert record.getMessage().startswith("the app could not start: Redis at 127.0.0.1:")
    assert record.exc_info is None


def test_starting_without_asyncio_raises_with_a_hint() -> None:
    app = WsApp(routers=[BarRouter(service=Recorder())])
    with pytest.raises(RuntimeError, match=r"needs asyncio.*--worker-class asyncio"):
        app.startup().send(None)  # as trio would run it
