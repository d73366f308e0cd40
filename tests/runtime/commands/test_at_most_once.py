"""The promise holds when the store is away, and when whoever carries out a command dies."""

import asyncio
from collections.abc import Sequence

import pytest
from tests.runtime.virtual_time import virtually

from wsgen_runtime import Limits
from wsgen_runtime.brokers.keys import Claimed, KeyEntry, KeysAwayError, KeyState
from wsgen_runtime.brokers.memory_keys import MemoryKeys
from wsgen_runtime.commands.at_most_once import AtMostOnce
from wsgen_runtime.commands.key_budget import KeyBudget
from wsgen_runtime.commands.outcomes import UNKNOWN, Outcome
from wsgen_runtime.stats import Counters


class SharedKeys(MemoryKeys):
    """The keys of several processes, which can be away."""

    lease = 0.1

    def __init__(self) -> None:
        super().__init__(600)
        self.away = False
        self.beats = 0

    async def claim(self, asked: Claimed) -> KeyEntry:
        entry = await super().claim(asked)
        if self.away:  # it has been granted, and the answer is lost
            raise KeysAwayError
        if entry.state is KeyState.RUNNING:
            return KeyEntry(entry.state, entry.token, self.beats)
        return entry

    async def beat(self, claims: Sequence[Claimed]) -> None:
        self.beats += 1

    async def answer(self, claimed: Claimed, answer: str) -> None:
        self.require()
        await super().answer(claimed, answer)

    async def release(self, claimed: Claimed) -> None:
        self.require()
        await super().release(claimed)

    async def bury(self, claimed: Claimed, beat: int | None = None) -> None:
        self.require()
        await super().bury(claimed, beat)

    def require(self) -> None:
        if self.away:
            raise KeysAwayError


def process(store: SharedKeys) -> AtMostOnce:
    return AtMostOnce(store, KeyBudget(Limits(), 600), Counters())


class Work:
    def __init__(self) -> None:
        self.done = 0
        self.gate = asyncio.Event()

    async def __call__(self) -> Outcome:
        self.done += 1
        await self.gate.wait()
        return Outcome(str(self.done))


def here() -> bool:
    return False


async def test_whoever_lives_is_waited_for_longer_than_a_lease() -> None:
    store, work = SharedKeys(), Work()
    one, other = process(store), process(store)
    first = asyncio.create_task(one.outcome("ann", "k", "d", work, gone=here))
    await asyncio.sleep(0)
    second = asyncio.create_task(other.outcome("ann", "k", "d", work, gone=here))
    while store.beats < 8:  # noqa: ASYNC110 - two leases
        await asyncio.sleep(0.01)
    assert not second.done()
    work.gate.set()
    assert await first == await second == Outcome("1")
    await one.stop(1)


async def test_the_outcome_of_a_dead_process_is_unknown_and_stays_so() -> None:
    store, work = SharedKeys(), Work()
    await store.claim(Claimed("k", "d", "of the dead"))
    for _ in range(2):
        assert await process(store).outcome("ann", "k", "d", work, gone=here) == UNKNOWN
    assert work.done == 0


async def test_a_client_that_has_gone_does_not_wait_for_another_process() -> None:
    store, work = SharedKeys(), Work()
    await store.claim(Claimed("k", "d", "another"))
    assert await process(store).outcome("ann", "k", "d", work, gone=lambda: True) is None


async def test_a_claim_in_doubt_is_given_back() -> None:
    store, work = SharedKeys(), Work()
    work.gate.set()
    one = process(store)
    store.away = True
    outcome = await one.outcome("ann", "k", "d", work, gone=here)
    assert outcome is not None
    assert outcome.error is not None
    assert outcome.error.code == "unavailable"
    assert (work.done, len(store)) == (0, 1)
    store.away = False
    while len(store):  # noqa: ASYNC110 - it is tried again now and then
        await asyncio.sleep(0.01)
    assert await process(store).outcome("ann", "k", "d", work, gone=here) == Outcome("1")
    await one.stop(1)


async def test_an_answer_is_kept_once_the_store_is_back() -> None:
    store, work = SharedKeys(), Work()
    one = process(store)
    one.patience = 0.01
    asking = asyncio.create_task(one.outcome("ann", "k", "d", work, gone=here))
    await asyncio.sleep(0)
    store.away = True
    work.gate.set()
    assert await asking == Outcome("1")
    store.away = False
    assert await process(store).outcome("ann", "k", "d", work, gone=here) == Outcome("1")
    assert work.done == 1
    await one.stop(1)


async def test_what_is_no_answer_of_this_app_is_unknown() -> None:
    store = SharedKeys()
    for text in ("", "x", "e{}", "enot json"):
        await store.answer(Claimed(text, "d", "t"), text)
        assert await process(store).outcome("ann", text, "d", Work(), gone=here) == UNKNOWN


@virtually
async def test_a_stop_does_not_blame_commands_whose_outcome_cannot_be_kept(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = SharedKeys()
    one = process(store)
    asked = asyncio.create_task(one.outcome("ann", "k", "d", Work(), gone=here))
    await asyncio.sleep(1)
    store.away = True
    await one.stop(1)
    assert await asked is UNKNOWN
    assert "do not end" not in caplog.text
