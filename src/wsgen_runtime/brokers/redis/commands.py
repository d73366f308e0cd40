"""The arguments of the scripts of kept topics, and their answers."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from redis.exceptions import RedisError

from wsgen_runtime.brokers.base import Keeping
from wsgen_runtime.brokers.redis.following import Entry, Follower, Reading
from wsgen_runtime.brokers.redis.messages import read_content, read_epoch, read_mark, read_number
from wsgen_runtime.brokers.redis.positions import (
    NOWHERE,
    Answer,
    Group,
    KeptBatch,
    KeptSending,
    KeptTopic,
    Kind,
    Outcome,
)
from wsgen_runtime.history import History
from wsgen_runtime.protocol.positions import Position

_Argument = bytes | str | int


@dataclass(frozen=True, slots=True)
class Question:
    """What to read of a topic. If an epoch has to begin, `maker` is the name in it."""

    follower: Follower
    mode: Literal["read", "check", "renew"]
    maker: bytes


def publishing(sent: bytes, batch: KeptBatch, life: str) -> tuple[list[bytes], list[_Argument]]:
    """Return keys and arguments of the script PUBLISH."""
    keys = [sent]
    arguments: list[_Argument] = [batch.name, "1" if batch.again else "", life]
    for group in batch.groups:
        topic = group.topic
        keys += (topic.lease, topic.state, topic.history)
        arguments += _head(group, batch.name)
        for number, sending in enumerate(group.sendings, 1):
            own = number if group.production is None else sending.number
            arguments += (sending.kind.value, own, sending.message)
    return keys, arguments


def _head(group: Group, name: bytes) -> tuple[_Argument, ...]:
    topic, production = group.topic, group.production
    if production is None:
        token, maker, epoch = b"", name, group.epoch
    else:
        token, maker, epoch = production.token, production.maker, production.epoch
    dealt = 0 if production is None else production.dealt
    head = (topic.channel, token, maker, epoch, group.base, dealt)
    rest = (*topic.bounds, "1" if topic.keeping.published else "", len(group.sendings))
    return *head, topic.top.epoch, topic.top.seq, group.last, *rest


def answers_of(answer: object, batch: KeptBatch) -> list[Answer]:
    """Return the answers of the script PUBLISH; raises RedisError for anything else."""
    parts = _list_of(answer, len(batch.groups))
    return [
        Answer(Outcome(outcome), _position(epoch, seq), replaced)
        for outcome, replaced, epoch, seq in parts
    ]


def asking(questions: Sequence[Question], life: str) -> tuple[list[bytes], list[_Argument]]:
    """Return keys and arguments of the script READ."""
    keys: list[bytes] = []
    arguments: list[_Argument] = [life]
    for question in questions:
        follower, topic = question.follower, question.follower.topic
        keys += (topic.state, topic.history)
        known, mark = follower.counted
        _, milliseconds, _, ttl = topic.bounds
        creates = "1" if topic.keeping.published else ""
        arguments += (topic.channel, question.mode, creates, question.maker)
        arguments += (topic.top.epoch, topic.top.seq, known.epoch, known.seq, mark)
        arguments += (milliseconds, ttl)
    return keys, arguments


def readings_of(answer: object, questions: Sequence[Question]) -> list[Reading | None]:
    """Return the answers of the script READ; raises RedisError for anything else.

    There is None for each topic that there was no room for, and which has to be read again.
    """
    readings: list[Reading | None] = []
    for part in _list_of(answer, len(questions)):
        if not part:
            readings.append(None)
            continue
        epoch, seq, base, replaced, entries = part
        flat = iter(entries)
        triples = zip(flat, flat, flat, strict=True)
        found = [entry for triple in triples for entry in _entry(*triple)]
        readings.append(Reading(_position(epoch, seq), found, read_number(base), replaced))
    return readings


def _entry(number: bytes, mark: bytes, content: bytes) -> Iterator[Entry]:
    # Anybody with access to Redis can write there: what no process of this app can have written is left out.
    with suppress(ValueError):
        yield Entry(read_number(number), read_mark(mark), *read_content(content))


def run_of(answer: object) -> str:
    """Return what names the run of the server in the answer of INFO, or nothing."""
    lines = answer.split() if isinstance(answer, bytes) else []
    runs = [line.removeprefix(b"run_id:") for line in lines if line.startswith(b"run_id:")]
    return runs[0].decode(errors="replace") if runs else ""


def _list_of(answer: object, count: int) -> list[Any]:  # what Redis answers has no type
    if not isinstance(answer, list) or len(answer) != count:
        raise RedisError("an unexpected answer")
    return answer


def _position(epoch: bytes, seq: bytes) -> Position:
    return Position(read_epoch(epoch), read_number(seq)) if epoch else NOWHERE


def trial_batch(trial: bytes) -> tuple[bytes, KeptBatch]:
    """Return a batch for which the script uses all commands, with names that begin with `trial`.

    It publishes two updates without a producer, of which the history has room for one.
    """
    topic = _trial_topic(trial)
    sendings = [KeptSending(topic, Kind.UPDATE, b"- 1"), KeptSending(topic, Kind.UPDATE, b"- 12")]
    return trial + b":sent", KeptBatch(b"trial", [Group(topic, None, sendings)])


def trial_questions(trial: bytes) -> list[Question]:
    """Return a question about the topic of `trial_batch`."""
    host: Any = None  # it is not called
    follower = Follower(_trial_topic(trial), host, str, lambda _: None)
    return [Question(follower, "read", b"trial")]


def _trial_topic(trial: bytes) -> KeptTopic:
    keeping = Keeping(History(updates=2, seconds=1, bytes=4), published=True)
    lease, state, history = trial + b":lease", trial + b":state", trial + b":history"
    return KeptTopic("", keeping, b"-", trial, lease, state, history, lasts=1.0)
