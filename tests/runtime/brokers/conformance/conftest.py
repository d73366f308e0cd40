"""The brokers that have to do the same: each test of this folder runs with all of them that can do it."""

from collections.abc import Callable

import pytest
from tests.runtime.brokers.conformance.processes import MakeBroker
from tests.runtime.redis_server import RedisServer

from wsgen_runtime.brokers.redis import RedisBroker

_KINDS = ("memory", "redis")
SHARED = ("redis",)


@pytest.fixture(autouse=True)
def documented_frames() -> None:
    """The documents do not describe `reset` yet."""


@pytest.fixture(params=_KINDS)
def make_broker(request: pytest.FixtureRequest) -> MakeBroker:
    """Return a function that makes the broker of one process."""
    return _maker(request.param, request)


@pytest.fixture(params=SHARED)
def make_shared(request: pytest.FixtureRequest) -> MakeBroker:
    """Return a function that makes the broker of one of several processes."""
    return _maker(request.param, request)


def _maker(kind: str, request: pytest.FixtureRequest) -> MakeBroker:
    if kind == "memory":
        return lambda: None
    server: RedisServer = request.getfixturevalue("server")
    make: Callable[[], RedisBroker] = lambda: RedisBroker(server.url, lease=2.0)  # noqa: E731
    return make
