"""The messages between processes, and the names of channels and keys in Redis.

Each topic has one channel. A message is text: the version of this format, the kind, and the fields of that kind,
separated by single spaces.

    1 U <label> <token> <number> <data>   an update of the producer, with its number under that lease
    1 P <label> <data>                    an update that does not come from the producer
    1 u, 1 p                              the same without a label
    1 e <token> <number> <reason>         the producer has ended; the reason is a JSON string
    1 r                                   the lease was released and may be claimed at once

Anybody with access to Redis can publish here, so that every message is checked.
"""

import json
from hashlib import blake2b
from typing import NamedTuple

from pydantic_core import from_json

RELEASED = b"1 r"
_MAX_NUMBER = 2**53  # the largest exact integer in JavaScript


class Update(NamedTuple):
    """An update as JSON text, with `token` and `number` of the lease if it comes from the producer.

    For `label` see `wsgen_runtime.brokers.labels`; it is empty if the sender does not know it.
    """

    data: str
    token: bytes = b""
    number: int = 0
    label: str = ""
    ends: bool = False
    """Whether this is the end of the producer, with the reason in `data`."""


def produced_message(token: bytes, number: int, data: str, label: str = "") -> bytes:
    """Return the message for an update of the producer."""
    head = b"1 U %b " % label.encode() if label else b"1 u "
    return b"%b%b %d %b" % (head, token, number, data.encode())


def published_message(data: str, label: str = "") -> bytes:
    """Return the message for an update that does not come from the producer."""
    head = b"1 P %b " % label.encode() if label else b"1 p "
    return head + data.encode()


def ending_message(token: bytes, number: int, reason: str) -> bytes:
    """Return the message that the producer has ended."""
    return b"1 e %b %d %b" % (token, number, json.dumps(reason).encode())


def read_message(raw: object) -> Update | None:
    """Return the update in a message, or None if the message is that the lease was released.

    Raises ValueError with the reason if no process of this app can have sent it.
    """
    if not isinstance(raw, bytes):
        raise ValueError("it is not text")
    if raw == RELEASED:
        return None
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
    """Return `data` as text. It becomes part of frames without change, so that it must be a single JSON value.

    NaN and infinity are accepted, which pydantic writes for models with `ser_json_inf_nan`.
    """
    try:
        from_json(data)
        return data.decode()
    except ValueError:
        # pydantic reads at most 200 levels and integers of 4,300 digits, but writes more.
        return _checked_slowly(data)


def _checked_slowly(data: bytes) -> str:
    try:
        text = data.decode()
        json.loads(text)
    except (ValueError, RecursionError):
        # The message of the error may quote the data, which must not be logged.
        raise ValueError("its data is not JSON") from None
    return text


def _reason(text: bytes) -> str:
    reason = json.loads(_checked(text))
    if not isinstance(reason, str):
        raise ValueError("its reason is not text")
    reason.encode()  # raises UnicodeEncodeError, a ValueError, for a lone surrogate
    return reason


def _label(label: bytes) -> str:
    if not label.isascii():
        raise ValueError("its label is not ASCII")
    return label.decode()


def _number(text: bytes) -> int:
    if not text.isdigit() or len(text) > 16:
        raise ValueError("its number is not a number")
    number = int(text)
    if not 0 < number <= _MAX_NUMBER:
        raise ValueError("its number is out of range")
    return number


class RedisNames:
    """The names of channels and keys, which are of the same length for all topics.

    In Redis, channels do not belong to a database, as keys do, so that the database is a part of every name.
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
        """Return a name that only this process uses, to test its rights."""
        return self._prefix + b"process:" + process.encode()


def _digest(topic: str) -> bytes:
    return blake2b(topic.encode("utf-8", "surrogatepass"), digest_size=20).hexdigest().encode()
