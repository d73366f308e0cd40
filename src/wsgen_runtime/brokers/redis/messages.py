"""What processes say to each other through Redis, and where.

One channel a topic. A message is text: the version of this grammar, its kind, and what the kind asks for,
separated by single spaces.

    1 U <label> <token> <number> <data>   an update by the topic's producer, with its number under that lease
    1 P <label> <data>                    an update by anybody else
    1 u, 1 p                              the same without a label, from a process that has none
    1 e <token> <number> <reason>         the topic's producer has ended, as a JSON string says
    1 r                                   the lease was given back: whoever wants it may ask at once

Whoever has access to Redis can publish here, so a message is not believed until it is checked.
"""

import json
from hashlib import blake2b
from typing import NamedTuple

from pydantic_core import from_json

RELEASED = b"1 r"
_MAX_NUMBER = 2**53  # what JavaScript counts exactly


class Update(NamedTuple):
    """An update as JSON text. `token` and `number` are of the producer's lease, empty and 0 for anybody else.

    `label` says what it is an update of, see `wsgen_runtime.brokers.labels`; empty when the sender does not know.
    """

    data: str
    token: bytes = b""
    number: int = 0
    label: str = ""
    ends: bool = False
    """Whether the producer has ended, and `data` says why."""


class Released(NamedTuple):
    """The topic's lease was given back."""


def produced_message(token: bytes, number: int, data: str, label: str = "") -> bytes:
    """Return the message for an update of the topic's producer."""
    head = b"1 U %b " % label.encode() if label else b"1 u "
    return b"%b%b %d %b" % (head, token, number, data.encode())


def published_message(data: str, label: str = "") -> bytes:
    """Return the message for an update that is not the producer's."""
    head = b"1 P %b " % label.encode() if label else b"1 p "
    return head + data.encode()


def ending_message(token: bytes, number: int, reason: str) -> bytes:
    """Return the message that the topic's producer has ended."""
    return b"1 e %b %d %b" % (token, number, json.dumps(reason).encode())


def read_message(raw: object) -> Update | Released:
    """Return what a message says; raises ValueError, saying why, for one that no process of ours sends."""
    if not isinstance(raw, bytes):
        raise ValueError("it is no text")
    if raw == RELEASED:
        return Released()
    kind, label, rest = raw[:4], b"", raw[4:]
    if kind in (b"1 U ", b"1 P "):
        label, _, rest = rest.partition(b" ")
    if kind in (b"1 u ", b"1 U ", b"1 e "):
        parts = rest.split(b" ", 2)
        if len(parts) != 3:
            raise ValueError("it has no data")
        number, token = _number(parts[1]), parts[0]
        if kind == b"1 e ":
            return Update(_reason(parts[2]), token, number, ends=True)
        return Update(_checked(parts[2]), token, number, _label(label))
    if kind in (b"1 p ", b"1 P "):
        return Update(_checked(rest), label=_label(label))
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


def _reason(text: bytes) -> str:
    reason = json.loads(_checked(text))
    if not isinstance(reason, str):
        raise ValueError("its reason is not a text")
    reason.encode()  # UnicodeEncodeError, a ValueError, for a lone surrogate: no frame can contain it
    return reason


def _label(label: bytes) -> str:
    if not label.isascii():
        raise ValueError("its label is not ASCII")
    return label.decode()


def _number(text: bytes) -> int:
    if not text.isdigit() or len(text) > 16:
        raise ValueError("its number is none")
    number = int(text)
    if not 0 < number <= _MAX_NUMBER:
        raise ValueError("its number is out of range")
    return number


class RedisNames:
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
