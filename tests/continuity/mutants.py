"""Faults of the runtime that the harness must find; a test server puts one in when it starts.

Each is a small change of one decision, as a mistake in it would be. The runtime knows nothing of them.
"""

import asyncio
import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from tests.continuity.services import Whole, whole
from tests.continuity.truth import Made
from wsgen_runtime.brokers.redis import link
from wsgen_runtime.brokers.redis.following import Follower
from wsgen_runtime.brokers.redis.keeping import Ledger
from wsgen_runtime.brokers.redis.position_work import PositionWork
from wsgen_runtime.outgoing.client import Client
from wsgen_runtime.protocol.positions import Position
from wsgen_runtime.topics import continuity, snapshots
from wsgen_runtime.topics.channel import Channel
from wsgen_runtime.topics.history import Kept, Ring
from wsgen_runtime.topics.hub import Hub
from wsgen_runtime.topics.updates import Updates
from wsgen_runtime.user_code import calls

_chance = random.Random(1)


@dataclass(frozen=True)
class Mutant:
    """A fault, and where to look for it."""

    apply: Callable[[], None]
    routes: tuple[str, ...] = ("bars", "deep", "alerts")
    broker: str = "memory"
    fault: str | None = None
    """The fault of processes without which it does nothing."""


def dropped_tail() -> None:
    """Some updates do not reach one of the subscribers; the last one may be among them."""
    whole = Updates.pass_on

    def pass_on(
        self: Updates, topic: str, members: Collection[Client], channel: Channel, *update: Any
    ) -> None:
        if _chance.random() < 0.3:
            members = tuple(members)[1:]
        whole(self, topic, members, channel, *update)

    Updates.pass_on = pass_on  # type: ignore[method-assign, assignment]


def reordered_pair() -> None:
    """Now and then an update is sent after its successor."""
    whole = Updates.pass_on
    waiting: dict[str, tuple[Any, ...]] = {}

    def pass_on(self: Updates, topic: str, *update: Any) -> None:
        if topic in waiting:
            whole(self, topic, *update)
            whole(self, topic, *waiting.pop(topic))
        elif _chance.random() < 0.02:
            waiting[topic] = update
        else:
            whole(self, topic, *update)

    Updates.pass_on = pass_on  # type: ignore[method-assign, assignment]


def wrong_recovered() -> None:
    """What the history does not hold is said to be recovered."""
    whole = Channel.missed_since

    def missed_since(self: Channel, since: Position) -> list[Kept]:
        return whole(self, since) or []

    Channel.missed_since = missed_since  # type: ignore[method-assign]


def stale_epoch() -> None:
    """A new producer goes on with the epoch of the former one."""
    Hub._new_epoch = lambda self: "stale"  # type: ignore[method-assign]


def duplicate_after_resume() -> None:
    """The update at the position of the client is sent once more."""
    whole = Ring.between

    def between(self: Ring, since: int, last: int) -> list[Kept] | None:
        return whole(self, since - 1, last)

    Ring.between = between  # type: ignore[method-assign]


def position_after() -> None:
    """The answer has the position after the updates that follow, instead of the one before."""
    whole = continuity._before

    def before(channel: Channel, sent: Sequence[Kept]) -> Position | None:
        return whole(channel, ())

    continuity._before = before


def position_too_early() -> None:
    """The answer has a position that is one update too early, so that the client sees a gap."""
    whole = continuity._before

    def before(channel: Channel, sent: Sequence[Kept]) -> Position | None:
        position = whole(channel, sent)
        return position and position._replace(seq=max(position.seq - 1, 0))

    continuity._before = before


def lost_gap() -> None:
    """Some updates are lost before they get a number."""
    whole = Updates.deliver

    def deliver(self: Updates, topic: str, data: str, position: Position | None = None) -> None:
        if _chance.random() > 0.01:
            whole(self, topic, data, position)

    Updates.deliver = deliver  # type: ignore[method-assign]


def ring_with_a_hole() -> None:
    """The history lacks an update now and then, and does not count what it gives."""
    append = Ring.append

    def append_most(self: Ring, *update: Any) -> None:
        if _chance.random() > 0.05:
            append(self, *update)

    def between(self: Ring, since: int, last: int) -> list[Kept]:
        return [kept for kept in self._kept if since < kept.seq <= last]

    Ring.append = append_most  # type: ignore[method-assign, assignment]
    Ring.between = between  # type: ignore[method-assign]


def late_state() -> None:
    """A state is sent some time after it was taken: it lacks the updates between."""
    whole = calls.call

    async def call(*arguments: Any, **options: Any) -> object:
        state = await whole(*arguments, **options)
        await asyncio.sleep(0.02)
        return state

    snapshots.call = call  # type: ignore[attr-defined] # the name that it uses


def early_state() -> None:
    """A state lacks the last update that its position counts."""
    ask = calls.call

    async def call(*arguments: Any, **options: Any) -> object:
        state = await ask(*arguments, **options)
        if isinstance(state, Whole) and state.number > 0:
            return whole(Made(state.source, state.number - 1))
        return state

    snapshots.call = call  # type: ignore[attr-defined] # the name that it uses


def resync_skipped() -> None:
    """After Redis was away, and now and then, no position is compared."""

    async def check(self: PositionWork) -> None:
        pass

    def disconnect(self: Follower) -> None:
        self._waiting.clear()

    PositionWork.check = check  # type: ignore[method-assign]
    Follower.disconnect = disconnect  # type: ignore[method-assign]
    read_soon = Ledger.read_soon

    def read_first(self: Ledger, follower: Follower) -> None:
        if not follower.known.epoch:
            read_soon(self, follower)

    Ledger.read_soon = read_first  # type: ignore[method-assign]


def older_store() -> None:
    """A store that has come back older goes on counting where it is, also if it is known to have started anew."""
    older = "local function is_older(state, epoch, seq)"
    reborn = "local function is_reborn(state, life)"
    for name in ("PUBLISH", "READ"):
        _replace(name, older, f"{older}\n  if state.epoch ~= '' then return false end")
        _replace(name, reborn, f"{reborn}\n  if life then return false end")
    _replace("READ", "known_mark ~= ''", "false")


def sent_twice() -> None:
    """A batch that was not answered is published again, whether or not it was published."""
    _replace("PUBLISH", "local again = ARGV[2] == '1'", "local again = false")
    _replace("PUBLISH", "(not produced or n > state.n)", "true")


def uncounted_loss() -> None:
    """Updates that are dropped because Redis is slow get no number."""
    Ledger.lose = lambda self, sending: None  # type: ignore[method-assign]


def _replace(name: str, old: str, new: str) -> None:
    script = getattr(link, name)
    assert old in script
    setattr(link, name, script.replace(old, new))


MUTANTS: dict[str, Mutant] = {
    "dropped-tail": Mutant(dropped_tail),
    "reordered-pair": Mutant(reordered_pair),
    "wrong-recovered": Mutant(wrong_recovered),
    "stale-epoch": Mutant(stale_epoch),
    "duplicate-after-resume": Mutant(duplicate_after_resume),
    "position-after": Mutant(position_after),
    "position-too-early": Mutant(position_too_early),
    "lost-gap": Mutant(lost_gap),
    "ring-with-a-hole": Mutant(ring_with_a_hole),
    "late-state": Mutant(late_state, ("book", "state")),
    "early-state": Mutant(early_state, ("book", "state")),
    "resync-skipped": Mutant(resync_skipped, broker="redis"),
    "older-store": Mutant(older_store, broker="redis"),
    "sent-twice": Mutant(sent_twice, broker="redis", fault="redis cut"),
    "uncounted-loss": Mutant(uncounted_loss, broker="redis", fault="redis stop"),
}
