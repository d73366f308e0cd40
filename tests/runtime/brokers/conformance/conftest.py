"""The brokers that have to do the same: each test of this folder runs with all of them that can do it."""

from collections.abc import Iterator

import pytest
from tests.parts import VALKEY
from tests.runtime.brokers.conformance.processes import MakeBroker
from tests.runtime.redis_server import RedisServer, redis_server

from wsgen_runtime.brokers.redis import RedisBroker

_SHARED = ("redis", "valkey")


@pytest.fixture(scope="session")
def shared_valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server(tmp_path_factory.mktemp("valkey"), part=VALKEY) as server:
        yield server


@pytest.fixture(params=("memory", *_SHARED))
def make_broker(request: pytest.FixtureRequest) -> MakeBroker:
    """Return a function that makes the broker of one process."""
    return _maker(request.param, request)


@pytest.fixture(params=_SHARED)
def make_shared(request: pytest.FixtureRequest) -> MakeBroker:
    """Return a function that makes the broker of one of several processes."""
    return _maker(request.param, request)


def _maker(kind: str, request: pytest.FixtureRequest) -> MakeBroker:
    if kind == "memory":
        return lambda: None
    server: RedisServer = request.getfixturevalue(f"shared_{kind}")
    with server.client() as client:
        client.flushall()
    return lambda: RedisBroker(server.url, lease=2.0)
