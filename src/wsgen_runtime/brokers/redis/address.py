"""Where Redis is: an address as a user wrote it, whose password never shows."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from redis.asyncio import Connection
from redis.asyncio.connection import AbstractConnection, parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.credentials import CredentialProvider

from wsgen_runtime.brokers.redis.credentials import ask, require_provider

_SCHEMES = ("redis", "rediss", "unix")


class Address:
    """A Redis address: `redis://[[user]:password@]host[:port][/db]`, `rediss://` for TLS, or `unix://path?db=0`.

    `credentials` are asked for each connection. Raises ValueError for any other address. `str()` tells where it
    leads, without user, password and options.
    """

    def __init__(self, url: str, credentials: CredentialProvider | None = None) -> None:
        if urlsplit(url).scheme not in _SCHEMES:
            raise ValueError(f"a Redis address begins with one of {', '.join(_SCHEMES)} and ://")
        try:
            options: dict[str, Any] = dict(parse_url(url))  # the options of redis-py, of many types
            self.db = int(options.get("db", 0))
        except ValueError:
            # Its message may quote a part of the password, and so may the one that it stems from.
            raise ValueError(
                "the Redis address cannot be read: its form is redis://user:password@host:port/0, "
                "with special characters in user and password written as %XX"
            ) from None
        self._type: type[AbstractConnection] = options.pop("connection_class", Connection)
        if credentials is not None:
            require_provider(credentials)
            if "password" in options or "username" in options:
                raise ValueError(
                    "the Redis address has a user or a password, and there are credentials: use one of them"
                )
        self._credentials = credentials
        self._options: Mapping[str, Any] = {**options, **OURS}
        self._text = f"{place_of(options)} (database {self.db})"
        try:
            self._type(**self._options)
        except TypeError as error:
            raise ValueError(f"the Redis address has an option too many: {error}") from None

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"Address({self._text})"

    async def connection(self) -> AbstractConnection:
        """Return a connection that is not yet open; raises what the provider of the credentials raises."""
        if self._credentials is None:
            return self._type(**self._options)
        return self._type(**{**self._options, **await ask(self._credentials)})


def place_of(options: Mapping[str, Any]) -> str:
    """Return where a connection with these options of redis-py leads."""
    place = options.get("path")
    return place or f"{options.get('host', 'localhost')}:{options.get('port', 6379)}"


# Ours to decide whatever the address says: answers are bytes, and a connection that fails is given up at once.
OURS: Mapping[str, Any] = {
    "protocol": 2,
    "decode_responses": False,
    "encoding": "utf-8",
    "retry": Retry(NoBackoff(), 0),
    "retry_on_timeout": False,
    "health_check_interval": 0,
    "socket_timeout": None,
    "socket_connect_timeout": None,
}
