"""MemoryKeys: the keys of commands in an app of a single process."""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from wsgen_runtime.brokers.keys import Claimed, KeyEntry, KeyState


@dataclass(slots=True)
class _Kept:
    """An entry, the digest of its payload, and when it is forgotten."""

    digest: str
    entry: KeyEntry
    until: float


class MemoryKeys:
    """Keeps each entry for `seconds` after its last change; what runs is never forgotten.

    How many there may be is limited by whoever claims them.
    """

    lease: float | None = None

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        """In the order of the last changes."""

    def __len__(self) -> int:
        return len(self._kept)

    async def claim(self, asked: Claimed) -> KeyEntry:
        """Claim the entry if there is none; return what there is."""
        self._forget_old()
        kept = self._kept.get(asked.name)
        if kept is None:
            self._keep(asked, KeyEntry(KeyState.RUNNING, asked.token))
            return KeyEntry(KeyState.CLAIMED, asked.token)
        if kept.digest != asked.digest:
            return KeyEntry(KeyState.REUSED)
        if kept.entry.state is KeyState.RUNNING and kept.entry.token == asked.token:
            return replace(kept.entry, state=KeyState.CLAIMED)
        return kept.entry

    async def beat(self, claims: Sequence[Claimed]) -> None:
        """Do nothing: entries are not lost, and nobody else can carry out a command."""

    async def answer(self, claimed: Claimed, answer: str) -> None:
        """Keep the answer, unless the entry belongs to another by now."""
        kept = self._kept.get(claimed.name)
        if kept is None or kept.entry.token == claimed.token:
            self._keep(claimed, KeyEntry(KeyState.ANSWERED, claimed.token, answer=answer))

    async def release(self, claimed: Claimed) -> None:
        """Remove the entry, since nothing was done."""
        if self._is_open(claimed):
            del self._kept[claimed.name]

    async def bury(self, claimed: Claimed, beat: int | None = None) -> None:  # noqa: ARG002 - there are none
        """Note that the outcome is unknown."""
        if self._is_open(claimed):
            self._keep(claimed, KeyEntry(KeyState.UNKNOWN, claimed.token))

    async def close(self) -> None:
        """Do nothing: an app that is started again still knows its keys."""

    def _is_open(self, claimed: Claimed) -> bool:
        """Return whether the entry belongs to the claim, and has no answer."""
        kept = self._kept.get(claimed.name)
        if kept is None or kept.entry.token != claimed.token:
            return False
        return kept.entry.state is not KeyState.ANSWERED

    def _keep(self, claimed: Claimed, entry: KeyEntry) -> None:
        self._kept[claimed.name] = _Kept(claimed.digest, entry, self._clock() + self._seconds)
        self._kept.move_to_end(claimed.name)

    def _forget_old(self) -> None:
        now = self._clock()
        while self._kept:
            name, kept = next(iter(self._kept.items()))
            if kept.until > now:
                return
            if kept.entry.state is KeyState.RUNNING:
                kept.until = now + self._seconds
                self._kept.move_to_end(name)
            else:
                del self._kept[name]
