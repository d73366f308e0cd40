"""Carries out each command with a key at most once, however often and wherever it is asked for."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from wsgen_runtime.brokers.keys import Claimed, KeyEntry, KeysAwayError, KeyState, KeyStore
from wsgen_runtime.commands.key_budget import KeyBudget
from wsgen_runtime.commands.outcomes import REUSED, UNKNOWN, Outcome, unavailable
from wsgen_runtime.protocol.frames import size_of
from wsgen_runtime.stats import Counters

_log = logging.getLogger("wsgen_runtime")
_FIRST_LOOK, _LONGEST_LOOK = (
    0.02,
    0.25,
)  # seconds between looks at a command that another carries out
_PATIENCE = 2.0  # seconds for which an answer waits until it is kept
_STUBBORN = (
    "%d commands with a key do not end although they are cancelled: let them pass on CancelledError"
)
_AGAIN = 0.25  # seconds after which a store that is away is tried again
_BEATS = 4  # signs of life in the time of a lease

Run = Callable[[], Awaitable[Outcome]]


@dataclass(slots=True, eq=False)
class AtMostOnce:
    """The commands with keys of one process. `store` is shared with all processes of the app."""

    store: KeyStore
    budget: KeyBudget
    counters: Counters
    patience: float = _PATIENCE
    _claims: dict[str, Claimed] = field(default_factory=dict)
    """By token: what this process carries out, and what is not kept yet."""
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)
    _running: set["asyncio.Task[Outcome]"] = field(default_factory=set)
    _performed: set[str] = field(default_factory=set)
    """The tokens of those whose service has not returned."""
    _beating: "asyncio.Task[None] | None" = None

    async def outcome(
        self, user: str, name: str, digest: str, run: Run, *, gone: Callable[[], bool]
    ) -> Outcome | None:
        """Return the outcome of the command that `user` has named: known already, of `run`, or of another's.

        Whoever claims the name runs the command in a task of its own, which ends even if nobody waits. Returns
        None if another carries it out, and the client who asks is `gone`.
        """
        claimed = Claimed(name, digest, secrets.token_hex(8))
        watch = _Watch(self.store.lease)
        while True:
            try:
                entry = await self.store.claim(claimed)
            except KeysAwayError:
                self._later(self._give_back(claimed))
                return unavailable("The keys of commands cannot be reached now")
            if entry.state is KeyState.CLAIMED:
                return await self._start(user, claimed, run)
            if entry.state is not KeyState.RUNNING:
                return _known(entry)
            if gone():
                return None
            if watch.is_dead(entry, asyncio.get_running_loop().time()):
                with suppress(KeysAwayError):
                    await self.store.bury(Claimed(name, digest, entry.token), entry.beat)
                continue
            await asyncio.sleep(watch.delay)

    async def stop(self, within: float) -> None:
        """Wait for what runs, for at most `within` seconds; the outcome of the rest is unknown."""
        running, tasks = set(self._running), self._tasks
        if running:
            _, late = await asyncio.wait(running, timeout=within)
            for command in late:
                command.cancel()
            if late:
                await asyncio.wait(late, timeout=_PATIENCE)
                if self._performed:  # others only wait until their outcome is kept
                    _log.error(_STUBBORN, len(self._performed))
        if tasks:
            await asyncio.wait(tasks, timeout=_PATIENCE)
            for task in tuple(tasks):
                task.cancel()
        if self._beating is not None:
            self._beating.cancel()
            self._beating = None
        self._claims.clear()

    # -- what this process carries out

    async def _start(self, user: str, claimed: Claimed, run: Run) -> Outcome:
        if not self.budget.take(user):
            self.counters.keys_refused += 1
            self._later(self._until_done(lambda: self.store.release(claimed)))
            return unavailable("No more commands with a key can be remembered now")
        self._claims[claimed.token] = claimed
        if self.store.lease is not None and (self._beating is None or self._beating.done()):
            self._beating = asyncio.create_task(self._beat(self.store.lease / _BEATS))
        running = asyncio.create_task(self._run(user, claimed, run))
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        return await asyncio.shield(running)

    async def _run(self, user: str, claimed: Claimed, run: Run) -> Outcome:
        self._performed.add(claimed.token)
        try:
            outcome = await run()
        except asyncio.CancelledError:  # by `stop`
            outcome = UNKNOWN
        finally:
            self._performed.discard(claimed.token)
        keeping = self._later(self._keep(user, claimed, outcome))
        # It is kept before it is told, so that it is not told twice in different words; a store that is away does
        # not keep it from the client for long.
        await asyncio.wait({keeping}, timeout=self.patience)
        return outcome

    async def _keep(self, user: str, claimed: Claimed, outcome: Outcome) -> None:
        text = outcome.to_text()
        if not outcome.final:
            self.budget.give_back(user)
            await self._until_done(lambda: self.store.release(claimed))
        else:
            self.budget.keep(user, size_of(text))
            if outcome is UNKNOWN:
                await self._until_done(lambda: self.store.bury(claimed))
            else:
                await self._until_done(lambda: self.store.answer(claimed, text))
        self._claims.pop(claimed.token, None)

    async def _give_back(self, claimed: Claimed) -> None:
        """Release a claim that may have been granted, or whoever asks again would wait for this process.

        It is released twice, since a store that hung can find the release before the claim.
        """
        await self._until_done(lambda: self.store.release(claimed))
        await asyncio.sleep(_AGAIN)
        await self._until_done(lambda: self.store.release(claimed))

    async def _beat(self, interval: float) -> None:
        while self._claims:
            with suppress(KeysAwayError):
                await self.store.beat(tuple(self._claims.values()))
            await asyncio.sleep(interval)

    async def _until_done(self, change: Callable[[], Awaitable[None]]) -> None:
        """Make a change, again and again while the store is away, until nobody could need it any more."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self.budget.seconds
        while True:
            try:
                return await change()
            except KeysAwayError as error:
                if loop.time() > until:
                    _log.warning("the outcome of a command was not kept: %s", error)
                    return None
            await asyncio.sleep(_AGAIN)

    def _later(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


@dataclass(slots=True, eq=False)
class _Watch:
    """Watches whoever carries out a command: dead if it gives no sign of life while it is watched for a lease.

    No clock of another machine is read, and the time for which the store was away does not count.
    """

    lease: float | None
    delay: float = _FIRST_LOOK / 2
    _seen: tuple[str, int] = ("", -1)
    _since: float = 0.0

    def is_dead(self, entry: KeyEntry, now: float) -> bool:
        """Note the entry; return whether it has not changed for too long."""
        self.delay = min(2 * self.delay, _LONGEST_LOOK)
        if (entry.token, entry.beat) != self._seen:
            self._seen, self._since = (entry.token, entry.beat), now
        return self.lease is not None and now - self._since > self.lease


def _known(entry: KeyEntry) -> Outcome:
    if entry.state is KeyState.REUSED:
        return REUSED
    if entry.state is KeyState.ANSWERED:
        with suppress(ValueError):  # not what a process of this app has written
            return Outcome.of_text(entry.answer)
    return UNKNOWN
