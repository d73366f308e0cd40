"""Where Redis is: at an address, or where a client of redis-py connects to. Passwords are never shown."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from redis.asyncio import Connection, Redis
from redis.asyncio.connection import AbstractConnection, SSLConnection, parse_url
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import SentinelConnectionPool
from redis.backoff import NoBackoff
from redis.credentials import CredentialProvider

_SCHEMES = ("redis", "rediss", "unix")

# Override other options: answers are bytes, and a connection that fails is not retried.
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


class _Settings(NamedTuple):
    kind: type[AbstractConnection]
    options: Mapping[str, Any]
    master: SentinelConnectionPool | None = None
    """Of a client of Sentinel, which is asked for the host and the port of each connection."""


class Address:
    """Where Redis is. `settings` returns the class and the options of each connection, when it is made.

    `credentials` are requested for each connection, too. `str()` returns the host, port and database, without
    user, password and other options.
    """

    def __init__(
        self, settings: Callable[[], _Settings], credentials: CredentialProvider | None = None
    ) -> None:
        self._settings = settings
        self._credentials = credentials
        _, options, master = settings()
        self.db = int(options.get("db") or 0)
        place = options.get("path")
        place = place or f"{options.get('host', 'localhost')}:{options.get('port', 6379)}"
        if master is not None:
            place = f"the master {master.service_name} of Sentinel"
        self._text = f"{place} (database {self.db})"

    def __str__(self) -> str:
        return self._text

    async def connection(self) -> AbstractConnection:
        """Return a new connection that is not open yet; raises what the provider of the credentials raises."""
        kind, options, master = self._settings()
        asked = {} if self._credentials is None else await _ask(self._credentials)
        if master is not None:
            asked |= await _locate(master)
        return kind(**{**options, **_OURS, **asked})


def address_of(
    source: "str | Redis | Callable[[], Redis]", credentials: CredentialProvider | None
) -> Address:
    """Return the address that a user has passed: a text, a client, or a function that returns a client.

    A text is `redis://[[user]:password@]host[:port][/db]`, `rediss://` for TLS, or `unix://path?db=0`. Only the
    settings of a client are used, not its connections. A function is called for each connection, so that a
    password may change; a client of a master of Sentinel is asked for its address each time. Raises ValueError
    for any other text and for a password beside `credentials`, and TypeError for anything else than a
    `redis.asyncio.Redis` of a single server or a master, and for other `credentials`.
    """
    if isinstance(source, str):
        settings = _settings_of_url(source, credentials)
        return Address(lambda: settings, credentials)
    if credentials is not None:
        raise TypeError("a client brings its own credentials: give them to the client")
    return Address(lambda: _settings_of_client(source() if callable(source) else source))


def _settings_of_url(url: str, credentials: CredentialProvider | None) -> _Settings:
    if urlsplit(url).scheme not in _SCHEMES:
        raise ValueError(f"a Redis address begins with one of {', '.join(_SCHEMES)} and ://")
    try:
        options: dict[str, Any] = dict(parse_url(url))
    except ValueError:
        # The message of the error, or of its cause, may quote a part of the password.
        raise ValueError(
            "the Redis address is invalid: its form is redis://user:password@host:port/0, "
            "with special characters in user and password written as %XX"
        ) from None
    kind: type[AbstractConnection] = options.pop("connection_class", Connection)
    if credentials is not None:
        if not isinstance(credentials, CredentialProvider):
            raise TypeError(
                f"credentials must be a redis.CredentialProvider, not {type(credentials).__name__}"
            )
        if "password" in options or "username" in options:
            raise ValueError(
                "the Redis address has a user or a password, and credentials are given: use one of them"
            )
    try:
        kind(**{**options, **_OURS})
    except TypeError as error:
        raise ValueError(f"the Redis address has an unknown option: {error}") from None
    return _Settings(kind, options)


def _settings_of_client(client: Redis) -> _Settings:
    if not isinstance(client, Redis):
        raise TypeError(
            "RedisBroker takes an address, a client of redis.asyncio, or a function that returns one, "
            f"not {type(client).__name__}"
        )
    pool = client.connection_pool
    if isinstance(pool, SentinelConnectionPool):
        return _settings_of_sentinel(pool)
    options = {
        name: value
        for name, value in pool.connection_kwargs.items()
        # Options for moving the connections of a pool while a server is maintained; there is no pool here.
        if not name.startswith(("maint_", "orig_"))
    }
    return _Settings(pool.connection_class, options)


def _settings_of_sentinel(pool: SentinelConnectionPool) -> _Settings:
    if not pool.is_master:
        raise TypeError("a client of replicas cannot publish: use `master_for` of Sentinel")
    encrypted = issubclass(pool.connection_class, SSLConnection)
    ours = ("connection_pool", "host", "port")
    options = {name: it for name, it in pool.connection_kwargs.items() if name not in ours}
    return _Settings(SSLConnection if encrypted else Connection, options, pool)


async def _locate(master: SentinelConnectionPool) -> dict[str, Any]:
    """Return the connection options for the present master.

    The connections to Sentinel are not kept, since they belong to an event loop that may end.
    """
    sentinel = master.sentinel_manager
    try:
        host, port = await sentinel.discover_master(master.service_name)
    finally:
        for each in sentinel.sentinels:
            await each.connection_pool.disconnect()
    return {"host": host, "port": port}


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
