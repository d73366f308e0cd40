"""History: how many past updates of a topic are kept for clients that come back."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class History:
    """The latest updates of each topic of a route are kept, within all three bounds.

    At most `updates` are kept, of at most `bytes` together, and none longer than `seconds`. A topic also lives
    `seconds` after its last subscriber has left. Raises ValueError for a bound that is not positive, and for
    seconds without end.
    """

    updates: int = 500
    seconds: float = 120.0
    bytes: int = 4 * 1024 * 1024

    def __post_init__(self) -> None:
        if self.updates < 1:
            raise ValueError(f"updates must be at least 1, not {self.updates}")
        if not 0 < self.seconds < math.inf:
            raise ValueError(f"seconds must be a positive number with an end, not {self.seconds}")
        if self.bytes < 1:
            raise ValueError(f"bytes must be at least 1, not {self.bytes}")
