"""How the updates of a route wait for a client that reads more slowly than they come."""

from dataclasses import dataclass
from typing import Literal, get_args

Overflow = Literal["drop-oldest", "latest", "disconnect"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """At most `queue` updates of the route wait for one client; then `overflow` decides.

    - `drop-oldest`: the oldest waiting update of the route goes; the client sees a gap in `seq`.
    - `latest`: per topic only the newest update waits, so `queue` plays no part.
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
