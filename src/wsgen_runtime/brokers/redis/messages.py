"""The messages between processes, and the names of channels and keys in Redis.

Each topic has one channel. A message is text: the version of this format, the kind, and the fields of that kind,
separated by single spaces.

    1 U <label> <token> <number> <data>   an update of the producer, with its number under that lease
    1 P <label> <data>                    an update that does not come from the producer
    1 u, 1 p                              the same without a label
    1 e <token> <number> <reason>         the producer has ended; the reason is a JSON string, or a list of
                                          the reason, a code and seconds, which earlier versions do not understand
    1 r                                   the lease was released and may be claimed at once

Topics whose updates have positions have messages that processes of earlier versions do not understand; `seq` is
the number of the last update up to this message, and `mark` is the same in no other update of the topic:

    2 b <epoch> <seq>                         an epoch begins
    2 u <epoch> <seq> <mark> <label> <data>   an update; the label is `-` if there is none
    2 n <epoch> <seq>                         updates were lost, up to this number
    2 s <epoch> <seq> <label> <data>          a state; `!` and its error if there is none
    2 e <epoch> <seq> <reason>                the producer has ended
    2 a                                       a process waits for a state

One more channel is that of the app, for what one process tells all others:

    2 t <process> <text>

Anybody with access to Redis can publish here, so that every message is checked.
"""

import json
from hashlib import blake2b
from typing import NamedTuple

from pydantic_core import from_json

from wsgen_runtime.protocol.reasons import read_reason, reason_text

RELEASED = b"1 r"
ASKING = b"2 a"
_MOST_TOLD = 64 * 1024  # bytes
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


class Numbered(NamedTuple):
    """A message about a topic with positions, which stands at `epoch` and `seq` with it.

    `kind` is the letter of the format; `data` is the update, the state, or the reason of the end.
    """

    kind: str
    epoch: str
    seq: int
    mark: str = ""
    label: str = ""
    data: str = ""


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
    return b"1 e %b %d %b" % (token, number, reason_text(reason).encode())


def told_message(process: str, text: str) -> bytes:
    """Return the message by which `process` tells all others a text."""
    return b"2 t %b %b" % (process.encode(), text.encode())


def read_told(raw: object) -> tuple[str, str]:
    """Return the process and the text; raises ValueError for anything that no process can have sent."""
    if not isinstance(raw, bytes) or not raw.startswith(b"2 t ") or len(raw) > _MOST_TOLD:
        raise ValueError("it does not tell anything")
    process, found, text = raw[4:].partition(b" ")
    if not found:
        raise ValueError("it does not tell anything")
    return process.decode(), text.decode()


def read_message(raw: object) -> Update | Numbered | None:
    """Return what is in a message, or None if the message is that the lease was released.

    Raises ValueError with the reason if no process of this app can have sent it.
    """
    if not isinstance(raw, bytes):
        raise ValueError("it is not text")
    if raw == RELEASED:
        return None
    if raw.startswith(b"2 "):
        return _numbered(raw)
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


def _numbered(raw: bytes) -> Numbered:
    parts = raw[2:].split(b" ", 3)
    kind = parts[0]
    if raw == ASKING:
        return Numbered("a", "", 0)
    if kind not in (b"b", b"u", b"n", b"s", b"e"):
        raise ValueError("it is of an unknown kind")
    if len(parts) < 3 or (len(parts) == 3) is not (kind in b"bn"):
        raise ValueError("it has no data")
    epoch, seq, rest = read_epoch(parts[1]), read_number(parts[2]), parts[3:]
    if not rest:
        return Numbered(kind.decode(), epoch, seq)
    if kind == b"e":
        return Numbered("e", epoch, seq, data=_reason(rest[0]))
    if kind == b"s":
        return Numbered("s", epoch, seq, "", *_read_state(rest[0]))
    mark, _, content = rest[0].partition(b" ")
    return Numbered("u", epoch, seq, read_mark(mark), *read_content(content))


def _read_state(content: bytes) -> tuple[str, str]:
    """Return label and data of a state, or of what is sent in place of one, which begins with `!`."""
    label, space, data = content.partition(b" ")
    if not data.startswith(b"!"):
        return read_content(content)
    name, error = read_content(label + space + data[1:])
    return name, f"!{error}"


def read_epoch(text: bytes) -> str:
    """Return an epoch; raises ValueError if it is none."""
    number, dot, maker = text.partition(b".")
    if not (number.isdigit() and dot and maker) or len(text) > 100 or not text.isascii():
        raise ValueError("its epoch is not an epoch")
    epoch = text.decode()
    if not epoch.isprintable():
        raise ValueError("its epoch is not an epoch")
    return epoch


def read_number(text: bytes) -> int:
    """Return the number of an update, or 0; raises ValueError if it is none."""
    return 0 if text == b"0" else _number(text)


def read_mark(text: bytes) -> str:
    """Return the mark of an update; raises ValueError if it cannot be one."""
    if not text.isascii() or len(text) > 100:
        raise ValueError("its mark is not a mark")
    return text.decode()


def read_content(content: bytes) -> tuple[str, str]:
    """Return label and data of an update; raises ValueError for data that is not JSON."""
    label, space, data = content.partition(b" ")
    if not space:
        raise ValueError("it has no data")
    return "" if label == b"-" else _label(label), _checked(data)


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
    return read_reason(_checked(text))


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

    def state(self, topic: str) -> bytes:
        """Return the key of the position of `topic`."""
        return self._prefix + b"state:" + _digest(topic)

    def history(self, topic: str) -> bytes:
        """Return the key of the history of `topic`."""
        return self._prefix + b"history:" + _digest(topic)

    @property
    def commands(self) -> bytes:
        """Return the start of the names of the entries of commands with a key."""
        return self._prefix + b"command:"

    def control(self) -> bytes:
        """Return the channel of what is told to all processes."""
        return self._prefix + b"control"

    def process(self, process: str) -> bytes:
        """Return a name that only this process uses, to test its rights."""
        return self._prefix + b"process:" + process.encode()

    def sent(self, process: str) -> bytes:
        """Return the key of the last batch of this process that it may have to send again."""
        return self._prefix + b"sent:" + process.encode()


def _digest(topic: str) -> bytes:
    return blake2b(topic.encode("utf-8", "surrogatepass"), digest_size=20).hexdigest().encode()
