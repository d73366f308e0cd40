"""Leases: which topics this process produces; without I/O and without a clock.

The lease of a topic is a key in Redis that holds the token of one process for `ttl` seconds. A process that has
subscribed to the topic claims the lease. If the lease is free, or its own, it is granted for another `ttl`.
Otherwise the answer says how long another process still has it, and the claim is repeated after that time.
Claiming and renewing are the same operation.

A granted lease counts from the time of the claim, which is before the time at which Redis starts to count.
Therefore this process stops before another one can start, as long as their clocks run at the same speed. Each
period of production has a token of its own, by which late answers and messages from before a pause are
recognised.

If Redis restarts without its keys, processes still know their leases. After a lost connection, a process claims
at once the leases that it holds, and other leases only after the previous ones must have expired.
"""

import heapq
import itertools
import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple


class Claim(NamedTuple):
    """A request to Redis for the lease of a topic, with a token of this process."""

    topic: str
    token: bytes


class Turn(Enum):
    """What the answer to a claim means."""

    KEPT = auto()
    """Nothing has changed."""
    GAINED = auto()
    """This process produces the topic from now on."""
    LOST = auto()
    """This process no longer produces the topic."""
    USELESS = auto()
    """The lease was granted too late, or for an outdated token, and is to be released."""


@dataclass(slots=True)
class _Lease:
    token: bytes
    due: float = math.inf
    """When to claim it."""
    until: float = -math.inf
    """When it expires, unless it is renewed."""
    heard: bool = False
    held: bool = False
    asked: bool = False
    """Whether Redis may know this token."""
    hinted: bool = False
    number: int = 0


class Leases:
    """The leases that one process holds or claims. All times are in seconds of one monotonic clock."""

    def __init__(
        self,
        process: str,
        ttl: float,
        *,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.ttl = ttl
        self.interval = ttl / 4
        """How often a lease is renewed."""
        self._jitter = jitter
        self._leases: dict[str, _Lease] = {}
        self._queue: list[tuple[float, int, str]] = []
        self._order = itertools.count()
        self._tokens: Iterator[bytes] = (
            b"%b.%d" % (process.encode(), n) for n in itertools.count(1)
        )
        self._earliest = math.inf
        """No lease that is held expires before this time."""
        self._others_until = -math.inf
        """Until when other processes may hold leases that Redis has lost."""

    # -- topics

    def open(self, topic: str) -> None:
        """Add `topic`; its lease is not claimed before `hear`."""
        self._leases[topic] = _Lease(next(self._tokens))

    def close(self, topic: str) -> bytes | None:
        """Remove `topic`; return the token of its lease if Redis may have it, so that it must be released."""
        lease = self._leases.pop(topic, None)
        return lease.token if lease is not None and lease.asked else None

    def hear(self, topic: str, now: float) -> bool:
        """Note that this process receives the updates of `topic`, so that it may produce it.

        Return whether the claim is due now.
        """
        lease = self._leases.get(topic)
        if lease is not None and not lease.heard:
            lease.heard = True
            self._ask_at(topic, lease, now if lease.held else max(now, self._others_until))
        return lease is not None and lease.due <= now

    def hint(self, topic: str, now: float) -> None:
        """Note that the holder of the lease has released it."""
        lease = self._leases.get(topic)
        if lease is not None and lease.heard and not lease.held:
            lease.hinted = True
            if now < lease.due < math.inf:
                self._ask_at(topic, lease, now)

    def disconnect(self, now: float) -> None:
        """Note that the connection is lost. Leases are held until they expire."""
        self._others_until = now + self.ttl
        self._queue.clear()
        for lease in self._leases.values():
            lease.heard = lease.hinted = False
            lease.due = math.inf

    # -- claims and answers

    @property
    def next_claim(self) -> float:
        """Return when the next claim is due."""
        while self._queue and self._is_stale(self._queue[0]):
            heapq.heappop(self._queue)
        return self._queue[0][0] if self._queue else math.inf

    def claims(self, now: float, most: int) -> list[Claim]:
        """Return the claims that are due, each of them once."""
        claims: list[Claim] = []
        while self.next_claim <= now and len(claims) < most:
            topic = heapq.heappop(self._queue)[2]
            lease = self._leases[topic]
            lease.due = math.inf
            lease.asked = True
            lease.hinted = False
            claims.append(Claim(topic, lease.token))
        return claims

    def grant(self, claim: Claim, asked_at: float, now: float) -> Turn:
        """Note that a lease was granted. Call `expire` before, in particular after a pause."""
        lease = self._answered(claim)
        if lease is None:
            return Turn.USELESS
        until = asked_at + self.ttl
        if until <= now:
            self._lose(claim.topic, lease, now)
            return Turn.USELESS
        lease.until = until
        self._earliest = min(self._earliest, until)
        self._ask_at(claim.topic, lease, asked_at + self.interval)
        if lease.held:
            return Turn.KEPT
        lease.held = True
        return Turn.GAINED

    def refuse(self, claim: Claim, rest: float, now: float) -> Turn:
        """Note that another process has the lease for `rest` more seconds."""
        lease = self._answered(claim)
        if lease is None:
            return Turn.KEPT
        held = lease.held
        wait = min(max(rest, 0.0), self.ttl) + self._jitter() * self.ttl / 16
        self._lose(claim.topic, lease, now if lease.hinted else now + wait)
        return Turn.LOST if held else Turn.KEPT

    # -- production

    def holds(self, topic: str, now: float) -> bool:
        """Return whether this process may produce `topic`."""
        lease = self._leases.get(topic)
        return lease is not None and lease.held and now < lease.until

    def number(self, topic: str, now: float) -> tuple[bytes, int] | None:
        """Return the token and the number of the next update of `topic`, or None if it is not produced here."""
        lease = self._leases.get(topic)
        if lease is None or not lease.held or now >= lease.until:
            return None
        lease.number += 1
        return lease.token, lease.number

    def skip(self, topic: str, count: int, now: float) -> int | None:
        """Leave out `count` numbers; return the last number, or None if the topic is not produced here."""
        if not self.holds(topic, now):
            return None
        lease = self._leases[topic]
        lease.number += count
        return lease.number

    @property
    def held(self) -> int:
        """Return the number of topics that this process produces."""
        return sum(lease.held for lease in self._leases.values())

    def expire(self, now: float) -> list[str]:
        """Return the topics whose leases have expired, which this process no longer produces."""
        if now < self._earliest:
            return []
        ended = []
        self._earliest = math.inf
        for topic, lease in self._leases.items():
            if not lease.held:
                continue
            if lease.until <= now:
                self._lose(topic, lease, now)
                ended.append(topic)
            else:
                self._earliest = min(self._earliest, lease.until)
        return ended

    def _answered(self, claim: Claim) -> _Lease | None:
        """Return the lease of the claim, or None if its topic was closed or its token has changed meanwhile."""
        lease = self._leases.get(claim.topic)
        return lease if lease is not None and lease.token == claim.token else None

    def _lose(self, topic: str, lease: _Lease, ask_at: float) -> None:
        lease.token = next(self._tokens)
        lease.number = 0
        lease.held = lease.asked = False
        lease.until = -math.inf
        self._ask_at(topic, lease, ask_at)

    def _ask_at(self, topic: str, lease: _Lease, moment: float) -> None:
        if lease.heard:
            lease.due = moment
            heapq.heappush(self._queue, (moment, next(self._order), topic))

    def _is_stale(self, entry: tuple[float, int, str]) -> bool:
        moment, _, topic = entry
        lease = self._leases.get(topic)
        return lease is None or lease.due != moment
