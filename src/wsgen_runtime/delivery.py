"""Delivery: how often a route delivers, and how its updates are queued for slow clients."""

import math
from dataclasses import dataclass
from typing import Literal, get_args

Overflow = Literal["drop-oldest", "latest", "disconnect"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """At most `queue` updates of the route are queued for each client; beyond that, `overflow` decides.

    - `drop-oldest`: the oldest queued update of the route is dropped; the client sees a gap in `seq`.
    - `latest`: only the newest update of each topic is queued, and `queue` has no effect.
    - `disconnect`: the client is closed with code 1013.

    With an `interval`, a topic delivers at most one update of its producer in that many seconds: the newest.

    Raises ValueError for a queue below one, for an unknown policy and for an interval that is not positive.
    """

    queue: int = 256
    overflow: Overflow = "drop-oldest"
    interval: float | None = None

    def __post_init__(self) -> None:
        if self.queue < 1:
            raise ValueError(f"queue must be at least 1, not {self.queue}")
        if self.overflow not in get_args(Overflow):
            known = ", ".join(get_args(Overflow))
            raise ValueError(f"unknown overflow policy {self.overflow!r}: use one of {known}")
        if self.interval is not None and not 0 < self.interval < math.inf:
            raise ValueError(f"interval must be a positive number of seconds, not {self.interval}")
