"""Limits the keys that one process remembers, or has put into a shared store."""

import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from wsgen_runtime.limits import Limits


class _Kept(NamedTuple):
    until: float
    user: str
    size: int


@dataclass(slots=True, eq=False)
class KeyBudget:
    """Counts keys from their claim until they are forgotten, `seconds` after their answer.

    A key is never forgotten to make room for another one: its command could then be carried out twice.
    """

    limits: Limits
    seconds: float
    clock: Callable[[], float] = time.monotonic
    _kept: deque[_Kept] = field(default_factory=deque)
    _users: Counter[str] = field(default_factory=Counter)
    _running: int = 0
    _bytes: int = 0

    @property
    def used(self) -> int:
        """Return the number of keys."""
        self._forget_old()
        return len(self._kept) + self._running

    def take(self, user: str) -> bool:
        """Count a key of `user`; return False if there may be no more."""
        limits = self.limits
        if (
            _reached(limits.keys, self.used)
            or _reached(limits.keys_per_user, self._users[user])
            or _reached(limits.keys_bytes, self._bytes)
        ):
            return False
        self._running += 1
        self._users[user] += 1
        return True

    def keep(self, user: str, size: int) -> None:
        """Note that a key that was taken is kept with an answer of `size` bytes."""
        self._running -= 1
        self._bytes += size
        self._kept.append(_Kept(self.clock() + self.seconds, user, size))

    def give_back(self, user: str) -> None:
        """Note that a key that was taken is not kept."""
        self._running -= 1
        self._leave(user)

    def _forget_old(self) -> None:
        now = self.clock()
        while self._kept and self._kept[0].until <= now:
            kept = self._kept.popleft()
            self._bytes -= kept.size
            self._leave(kept.user)

    def _leave(self, user: str) -> None:
        self._users[user] -= 1
        if not self._users[user]:
            del self._users[user]


def _reached(bound: int | None, used: int) -> bool:
    return bound is not None and used >= bound
