"""Delivery: how the updates of a route are queued for slow clients."""

from dataclasses import dataclass
from typing import Literal, get_args

Overflow = Literal["drop-oldest", "latest", "disconnect"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """At most `queue` updates of the route are queued for each client; beyond that, `overflow` decides.

    - `drop-oldest`: the oldest queued update of the route is dropped; the client sees a gap in `seq`.
    - `latest`: only the newest update of each topic is queued, and `queue` has no effect.
    - `disconnect`: the client is closed with code 1013.

    Raises ValueError for a queue below one and for an unknown policy.
    """

    queue: int = 256
    overflow: Overflow = "drop-oldest"

    def __post_init__(self) -> None:
        if self.queue < 1:
            raise ValueError(f"queue must be at least 1, not {self.queue}")
        if self.overflow not in get_args(Overflow):
            known = ", ".join(get_args(Overflow))
            raise ValueError(f"unknown overflow policy {self.overflow!r}: use one of {known}")
