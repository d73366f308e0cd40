"""Positions: where a topic, or a client in a topic, stands."""

from typing import NamedTuple

from wsgen_runtime.protocol.payloads import ErrorDetail

_LONGEST_EPOCH = 128
_LARGEST_SEQ = 2**63


class Position(NamedTuple):
    """After update `seq` of the topic's `epoch`; numbers of different epochs cannot be compared."""

    epoch: str
    seq: int


def read_position(value: object) -> Position | ErrorDetail | None:
    """Return the position in the field `since` of a frame, None if there is none, or what is wrong with it."""
    if value is None:
        return None
    if not isinstance(value, dict):
        return _wrong("Must be an object with `epoch` and `seq`", "position_type")
    epoch, seq = value.get("epoch"), value.get("seq")
    if not isinstance(epoch, str) or not 0 < len(epoch) <= _LONGEST_EPOCH:
        wrong = f"Must be a string of 1 to {_LONGEST_EPOCH} characters"
        return _wrong(wrong, "epoch_type", "epoch")
    if not isinstance(seq, int) or isinstance(seq, bool) or not 0 <= seq < _LARGEST_SEQ:
        return _wrong("Must be an integer from 0 to 2^63 - 1", "seq_type", "seq")
    return Position(epoch, seq)


def _wrong(message: str, kind: str, *keys: str) -> ErrorDetail:
    return ErrorDetail(loc=("since", *keys), message=message, type=kind)
