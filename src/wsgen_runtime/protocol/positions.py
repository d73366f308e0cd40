"""Positions: where a topic, or a client in a topic, stands."""

from typing import NamedTuple


class Position(NamedTuple):
    """After update `seq` of the topic's `epoch`; numbers of different epochs cannot be compared."""

    epoch: str
    seq: int
