"""What every store of keys does: the one in memory, and Redis."""

import secrets
from collections.abc import AsyncIterator

import pytest
from tests.runtime.redis_server import RedisServer

from wsgen_runtime.brokers.keys import Claimed, KeyEntry, KeysAwayError, KeyState, KeyStore
from wsgen_runtime.brokers.memory_keys import MemoryKeys
from wsgen_runtime.brokers.redis import RedisBroker


@pytest.fixture(params=["memory", "redis"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[KeyStore]:
    made: KeyStore
    if request.param == "memory":
        made = MemoryKeys(600)
    else:
        server: RedisServer = request.getfixturevalue("server")
        made = RedisBroker(server.url, prefix=secrets.token_hex(8)).keys(600)
    yield made
    await made.close()


ONE = Claimed("ann k", "digest", "one")
OTHER = ONE._replace(token="other")


async def test_a_key_belongs_to_the_first_who_claims_it(store: KeyStore) -> None:
    assert (await store.claim(ONE)).state is KeyState.CLAIMED
    assert (
        await store.claim(ONE)
    ).state is KeyState.CLAIMED  # asked again, since an answer was lost
    assert (await store.claim(OTHER)) == KeyEntry(KeyState.RUNNING, "one")
    assert (await store.claim(OTHER._replace(digest="else"))).state is KeyState.REUSED
    assert (await store.claim(OTHER._replace(name="bob k"))).state is KeyState.CLAIMED


async def test_an_answer_is_kept_as_it_is(store: KeyStore) -> None:
    text = 'r{"é": "\\u0000 \U0001f389"}'
    await store.claim(ONE)
    for _ in range(2):
        await store.answer(ONE, text)
    await store.bury(ONE)
    await store.release(ONE)
    await store.beat([ONE])
    entry = await store.claim(OTHER)
    assert (entry.state, entry.answer) == (KeyState.ANSWERED, text)
    assert (await store.claim(ONE)).state is KeyState.ANSWERED
    await store.answer(OTHER, "r2")
    assert (await store.claim(OTHER)).answer == text


async def test_what_was_not_done_is_free_again(store: KeyStore) -> None:
    await store.claim(ONE)
    await store.release(OTHER)
    assert (await store.claim(OTHER)).state is KeyState.RUNNING
    for _ in range(2):
        await store.release(ONE)
    assert (await store.claim(OTHER)).state is KeyState.CLAIMED


async def test_whoever_answers_after_all_is_believed(store: KeyStore) -> None:
    await store.claim(ONE)
    await store.bury(OTHER)
    assert (await store.claim(OTHER)).state is KeyState.RUNNING
    await store.bury(ONE)
    assert (await store.claim(OTHER)).state is KeyState.UNKNOWN
    await store.answer(ONE, "r1")
    assert (await store.claim(OTHER)).answer == "r1"


async def test_in_redis_a_sign_of_life_prevents_a_burial(server: RedisServer) -> None:
    store = RedisBroker(server.url, prefix=secrets.token_hex(8)).keys(600)
    await store.claim(ONE)
    seen = await store.claim(OTHER)
    await store.beat([ONE])
    await store.bury(ONE, seen.beat)
    entry = await store.claim(OTHER)
    assert entry == KeyEntry(KeyState.RUNNING, "one", 1)
    await store.bury(ONE, entry.beat)
    assert (await store.claim(OTHER)).state is KeyState.UNKNOWN
    await store.close()


async def test_in_redis_an_entry_that_was_lost_is_made_again(server: RedisServer) -> None:
    store = RedisBroker(server.url, prefix=secrets.token_hex(8)).keys(600)
    await store.beat([ONE])
    assert (await store.claim(OTHER)).state is KeyState.RUNNING
    await store.close()


async def test_in_memory_entries_are_forgotten_after_their_time_but_not_what_runs() -> None:
    now = 0.0
    store = MemoryKeys(10, lambda: now)
    await store.claim(ONE)
    await store.claim(ONE._replace(name="running"))
    now = 5
    await store.answer(ONE, "r1")
    now = 14
    assert (await store.claim(OTHER)).state is KeyState.ANSWERED
    now = 16
    assert (await store.claim(OTHER)).state is KeyState.CLAIMED
    assert (await store.claim(OTHER._replace(name="running"))).state is KeyState.RUNNING


async def test_in_redis_entries_are_forgotten_after_their_time(server: RedisServer) -> None:
    prefix = secrets.token_hex(8)
    store = RedisBroker(server.url, prefix=prefix).keys(600)
    await store.claim(ONE)
    await store.answer(ONE, "r1")
    with server.client() as client:
        (name,) = client.keys(f"{prefix}:*")
        assert 590_000 < client.pttl(name) <= 600_000
    await store.close()


async def test_without_redis_the_keys_are_away() -> None:
    store = RedisBroker("redis://127.0.0.1:1", prefix="x").keys(600)
    with pytest.raises(KeysAwayError):
        await store.claim(ONE)
    await store.close()
