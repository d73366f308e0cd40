"""How long to wait before the next attempt: longer each time, up to a bound, and never the same for two."""

import random

_FIRST = 0.05
_LONGEST = 2.0


class Backoff:
    """The delays between attempts, in seconds."""

    def __init__(self) -> None:
        self._attempts = 0

    def next(self) -> float:
        """Return the delay before the next attempt: half to all of a bound that doubles up to two seconds."""
        bound: float = min(_LONGEST, _FIRST * 2.0**self._attempts)
        self._attempts = min(self._attempts + 1, 16)
        return bound * random.uniform(0.5, 1.0)  # noqa: S311 - nothing depends on its secrecy

    def reset(self) -> None:
        """Begin anew, after an attempt that succeeded for good."""
        self._attempts = 0
