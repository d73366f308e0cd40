"""Which topics this process produces: its leases, without I/O and without a clock of its own.

A topic's lease is a key in Redis that holds the token of one process for `ttl` seconds. Who hears the topic asks
for it: when it is free, or its own, it is granted for another `ttl`; otherwise the answer says how long it still
is somebody else's, and the question comes again then. Asking and renewing are one and the same.

A lease that was granted counts from the moment of the question, which is before Redis counts: this process stops
before another can begin, as long as clocks run alike. A token is used for one span of production only, so that
whatever comes late, from before a pause or a lost connection, is known as such.

A Redis that restarts forgets the leases, and their holders do not: after a lost connection, a process asks at
once for what it holds, and for anything else only when the leases from before must have ended.
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
    """A question to Redis: may the process with this token produce the topic?"""

    topic: str
    token: bytes


class Turn(Enum):
    """What an answer means."""

    KEPT = auto()
    """Nothing new."""
    GAINED = auto()
    """This process produces the topic from now on."""
    LOST = auto()
    """This process produces the topic no more."""
    USELESS = auto()
    """The lease was granted too late, or to a token of the past: give it back."""


@dataclass(slots=True)
class _Lease:
    token: bytes
    due: float = math.inf
    """When to ask."""
    until: float = -math.inf
    """Until when it is ours, if nothing is heard."""
    heard: bool = False
    held: bool = False
    asked: bool = False
    """Whether Redis may know this token."""
    hinted: bool = False
    number: int = 0


class Leases:
    """The leases that one process has, or asks for. All moments are seconds of one monotonic clock."""

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
        """No lease that is held ends before this moment."""
        self._others_until = -math.inf
        """Until when others may hold leases that Redis has forgotten."""

    # -- topics

    def open(self, topic: str) -> None:
        """Know `topic`; nothing is asked until it is heard."""
        self._leases[topic] = _Lease(next(self._tokens))

    def close(self, topic: str) -> bytes | None:
        """Forget `topic`; return the token whose lease is to be given back, if Redis may know it."""
        lease = self._leases.pop(topic, None)
        return lease.token if lease is not None and lease.asked else None

    def hear(self, topic: str, now: float) -> bool:
        """Note that the topic's updates reach this process, so that it may produce or take over.

        Return whether the question is due now.
        """
        lease = self._leases.get(topic)
        if lease is not None and not lease.heard:
            lease.heard = True
            self._ask_at(topic, lease, now if lease.held else max(now, self._others_until))
        return lease is not None and lease.due <= now

    def hint(self, topic: str, now: float) -> None:
        """Note that whoever had the lease gave it back."""
        lease = self._leases.get(topic)
        if lease is not None and lease.heard and not lease.held:
            lease.hinted = True
            if now < lease.due < math.inf:
                self._ask_at(topic, lease, now)

    def disconnect(self, now: float) -> None:
        """Note that nothing is heard and no answer comes any more. What is held stays so until it ends."""
        self._others_until = now + self.ttl
        self._queue.clear()
        for lease in self._leases.values():
            lease.heard = lease.hinted = False
            lease.due = math.inf

    # -- questions and answers

    @property
    def next_claim(self) -> float:
        """Return when the next question is due."""
        while self._queue and self._is_stale(self._queue[0]):
            heapq.heappop(self._queue)
        return self._queue[0][0] if self._queue else math.inf

    def claims(self, now: float, most: int) -> list[Claim]:
        """Return the questions that are due, each of them once."""
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
        """Note that a lease was granted. Call `expire` before, after a pause in particular."""
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
        """Note that the lease is somebody else's for `rest` more seconds."""
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
        """Return token and number for the next update of `topic`, or None if it may not be produced here."""
        lease = self._leases.get(topic)
        if lease is None or not lease.held or now >= lease.until:
            return None
        lease.number += 1
        return lease.token, lease.number

    @property
    def held(self) -> int:
        """Return the number of topics that this process produces."""
        return sum(lease.held for lease in self._leases.values())

    @property
    def next_expiry(self) -> float:
        """Return a moment before which `expire` has nothing to do."""
        return self._earliest

    def expire(self, now: float) -> list[str]:
        """Return the topics whose leases ended without renewal: they are produced here no more."""
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
        """Return the lease that the answer is for, unless its topic was closed or its token changed since."""
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
