"""What processes say to each other through Redis, and where.

One channel a topic. A message is text: the version of this grammar, its kind, and what the kind asks for,
separated by single spaces.

    1 u <token> <number> <data>     an update by the topic's producer, with its number under that lease
    1 p <data>                      an update by anybody else
    1 r                             the lease was given back: whoever wants it may ask at once

Whoever has access to Redis can publish here, so a message is not believed until it is checked.
"""

import json
from hashlib import blake2b
from typing import NamedTuple

from pydantic_core import from_json

RELEASED = b"1 r"
_MAX_NUMBER = 2**53  # what JavaScript counts exactly


class Update(NamedTuple):
    """An update as JSON text. `token` and `number` are of the producer's lease, empty and 0 for anybody else."""

    data: str
    token: bytes = b""
    number: int = 0


class Released(NamedTuple):
    """The topic's lease was given back."""


def produced_message(token: bytes, number: int, data: str) -> bytes:
    """Return the message for an update of the topic's producer."""
    return b"1 u %b %d %b" % (token, number, data.encode())


def published_message(data: str) -> bytes:
    """Return the message for an update that is not the producer's."""
    return b"1 p " + data.encode()


def read_message(raw: object) -> Update | Released:
    """Return what a message says; raises ValueError, saying why, for one that no process of ours sends."""
    if not isinstance(raw, bytes):
        raise ValueError("it is no text")
    if raw.startswith(b"1 u "):
        parts = raw.split(b" ", 4)
        if len(parts) != 5:
            raise ValueError("it has no data")
        return Update(_checked(parts[4]), parts[2], _number(parts[3]))
    if raw.startswith(b"1 p "):
        return Update(_checked(raw[4:]))
    if raw == RELEASED:
        return Released()
    raise ValueError("it is of an unknown kind")


def _checked(data: bytes) -> str:
    """Return `data` as text: it goes into frames as it is, so it must be one JSON value and nothing more.

    NaN and the infinities pass: pydantic writes them for a model that is told to.
    """
    try:
        from_json(data)
        return data.decode()
    except ValueError:
        # Its bounds are narrower than those of what writes: 200 levels, and integers of 4,300 digits.
        return _checked_slowly(data)


def _checked_slowly(data: bytes) -> str:
    try:
        text = data.decode()
        json.loads(text)
    except (ValueError, RecursionError):
        # Not its message, which may quote the data; that stays out of logs.
        raise ValueError("its data is not JSON") from None
    return text


def _number(text: bytes) -> int:
    if not text.isdigit() or len(text) > 16:
        raise ValueError("its number is none")
    number = int(text)
    if not 0 < number <= _MAX_NUMBER:
        raise ValueError("its number is out of range")
    return number


class Names:
    """The names of channels and keys: of one length, whatever clients ask for.

    Channels know no databases, unlike keys, so that the database is part of every name.
    """

    def __init__(self, prefix: str, db: int) -> None:
        self._prefix = f"{prefix}:{db}:".encode()

    def channel(self, topic: str) -> bytes:
        """Return the channel of `topic`."""
        return self._prefix + b"topic:" + _digest(topic)

    def lease(self, topic: str) -> bytes:
        """Return the key of the lease of `topic`."""
        return self._prefix + b"lease:" + _digest(topic)

    def process(self, process: str) -> bytes:
        """Return what one process alone uses, to try whether it may."""
        return self._prefix + b"process:" + process.encode()


def _digest(topic: str) -> bytes:
    return blake2b(topic.encode("utf-8", "surrogatepass"), digest_size=20).hexdigest().encode()
