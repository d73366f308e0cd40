"""Where Redis is: at an address, or where a client of redis-py connects to. Passwords are never shown."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from redis.asyncio import Connection, Redis
from redis.asyncio.connection import AbstractConnection, parse_url
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import SentinelConnectionPool
from redis.backoff import NoBackoff
from redis.credentials import CredentialProvider

_SCHEMES = ("redis", "rediss", "unix")

# Override the options of the address: answers are bytes, and a connection that fails is not retried.
_OURS: Mapping[str, Any] = {
    "protocol": 2,
    "decode_responses": False,
    "encoding": "utf-8",
    "retry": Retry(NoBackoff(), 0),
    "retry_on_timeout": False,
    "health_check_interval": 0,
    "socket_timeout": None,
    "socket_connect_timeout": None,
}


def address_of(
    source: "str | Redis | Callable[[], Redis]", credentials: CredentialProvider | None
) -> "Address | ClientAddress":
    """Return the address that a user has passed in any form; raises what `Address` and `ClientAddress` raise."""
    if isinstance(source, str):
        return Address(source, credentials)
    if credentials is not None:
        raise TypeError("a client brings its own credentials: give them to the client")
    return ClientAddress(source)


class Address:
    """A Redis address: `redis://[[user]:password@]host[:port][/db]`, `rediss://` for TLS, or `unix://path?db=0`.

    `credentials` are requested for each connection. Raises ValueError for any other address. `str()` returns the
    host, port and database, without user, password and options.
    """

    def __init__(self, url: str, credentials: CredentialProvider | None = None) -> None:
        if urlsplit(url).scheme not in _SCHEMES:
            raise ValueError(f"a Redis address begins with one of {', '.join(_SCHEMES)} and ://")
        try:
            options: dict[str, Any] = dict(
                parse_url(url)
            )  # Any: options of redis-py have many types
            self.db = int(options.get("db", 0))
        except ValueError:
            # The message of the error, or of its cause, may quote a part of the password.
            raise ValueError(
                "the Redis address is invalid: its form is redis://user:password@host:port/0, "
                "with special characters in user and password written as %XX"
            ) from None
        self._type: type[AbstractConnection] = options.pop("connection_class", Connection)
        if credentials is not None:
            _require_provider(credentials)
            if "password" in options or "username" in options:
                raise ValueError(
                    "the Redis address has a user or a password, and credentials are given: use one of them"
                )
        self._credentials = credentials
        self._options: Mapping[str, Any] = {**options, **_OURS}
        self._text = f"{_place_of(options)} (database {self.db})"
        try:
            self._type(**self._options)
        except TypeError as error:
            raise ValueError(f"the Redis address has an unknown option: {error}") from None

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"Address({self._text})"

    async def connection(self) -> AbstractConnection:
        """Return a new connection that is not open yet; raises what the provider of the credentials raises."""
        if self._credentials is None:
            return self._type(**self._options)
        return self._type(**{**self._options, **await _ask(self._credentials)})


class ClientAddress:
    """The Redis that a client connects to. Only its settings are used, not its connections.

    A function that returns a client is called for each connection, so that a password may change. Raises
    TypeError for anything else than a `redis.asyncio.Redis` or a function that returns one.
    """

    def __init__(self, source: "Redis | Callable[[], Redis]") -> None:
        self._source = source
        _, options = self._settings()
        self.db = int(options.get("db") or 0)
        self._text = f"{_place_of(options)} (database {self.db})"

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"ClientAddress({self._text})"

    async def connection(self) -> AbstractConnection:
        """Return a new connection that is not open yet."""
        kind, options = self._settings()
        return kind(**{**options, **_OURS})

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
            # Options for moving the connections of a pool while a server is maintained; there is no pool here.
            if not name.startswith(("maint_", "orig_"))
        }
        return pool.connection_class, options


def _place_of(options: Mapping[str, Any]) -> str:
    """Return the place that these options of redis-py connect to."""
    place = options.get("path")
    return place or f"{options.get('host', 'localhost')}:{options.get('port', 6379)}"


async def _ask(provider: CredentialProvider) -> dict[str, Any]:
    """Return the connection options for the credentials of `provider`: a password, and a user if there is one.

    A provider that is not asynchronous is called in a thread, since it may block.
    """
    asynchronous = getattr(type(provider), "get_credentials_async", None)
    if asynchronous is not getattr(CredentialProvider, "get_credentials_async", None):
        found = await provider.get_credentials_async()
    else:
        found = await asyncio.to_thread(provider.get_credentials)
    return dict(zip(("password", "username"), reversed(found), strict=False))


def _require_provider(provider: object) -> None:
    """Raise TypeError for anything else than a provider of redis-py."""
    if not isinstance(provider, CredentialProvider):
        raise TypeError(
            f"credentials must be a redis.CredentialProvider, not {type(provider).__name__}"
        )
