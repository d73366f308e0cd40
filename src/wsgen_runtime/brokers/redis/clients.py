"""Redis as an application already knows it: by a client of redis-py, or a function that makes one."""

from collections.abc import Callable, Mapping
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.sentinel import SentinelConnectionPool

from wsgen_runtime.brokers.redis.address import OURS, place_of

Client = Redis  # generic in older versions of redis-py, and not in newer ones


class ClientAddress:
    """The Redis that a client leads to. Only the client's settings are used: connections are the broker's own.

    A function is called for each connection, so that a password may change. Raises TypeError for what is not a
    `redis.asyncio.Redis`, nor a function that returns one.
    """

    def __init__(self, source: "Client | Callable[[], Client]") -> None:
        self._source = source
        _, options = self._settings()
        self.db = int(options.get("db") or 0)
        self._text = f"{place_of(options)} (database {self.db})"

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"ClientAddress({self._text})"

    async def connection(self) -> AbstractConnection:
        """Return a connection that is not yet open."""
        kind, options = self._settings()
        return kind(**{**options, **OURS})

    def _settings(self) -> tuple[type[AbstractConnection], Mapping[str, Any]]:
        client = self._source() if callable(self._source) else self._source
        if not isinstance(client, Redis):
            raise TypeError(
                "RedisBroker takes an address, a client of redis.asyncio, or a function that returns one, "
                f"not {type(client).__name__}"
            )
        pool = client.connection_pool
        if isinstance(pool, SentinelConnectionPool):
            raise TypeError("a client of Sentinel is not supported: use one of a single server")
        options = {
            name: value
            for name, value in pool.connection_kwargs.items()
            # What moves the connections of a pool while a server is maintained: here there is no pool.
            if not name.startswith(("maint_", "orig_"))
        }
        return pool.connection_class, options
