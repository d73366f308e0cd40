"""A link to Redis: one connection for commands and one for subscriptions.

Links are never repaired: after any exception, the caller closes the link and opens another one.
"""

import importlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import RedisError

from wsgen_runtime.brokers.redis.address import Address
from wsgen_runtime.brokers.redis.commands import (
    Question,
    answers_of,
    asking,
    publishing,
    readings_of,
    run_of,
    trial_batch,
    trial_questions,
)
from wsgen_runtime.brokers.redis.following import Reading
from wsgen_runtime.brokers.redis.messages import RELEASED
from wsgen_runtime.brokers.redis.patience import Patience
from wsgen_runtime.brokers.redis.positions import Answer, KeptBatch
from wsgen_runtime.brokers.redis.scripts import PUBLISH, READ
from wsgen_runtime.brokers.redis.state import Sending

# Scripts are sent in full, so that they work after Redis has restarted; Redis caches the compiled script.

# KEYS: leases. ARGV: their duration in ms, then a token for each. Returns 0 for each granted lease, or the
# remaining time. A lease without an expiry, which this broker never writes, gets one, and a key that is no lease
# is replaced.
_CLAIM = """
local answers = {}
for i, lease in ipairs(KEYS) do
  local holder = redis.pcall('GET', lease)
  if type(holder) == 'table' then  -- an error: the key is no lease
    if not string.find(holder.err, 'WRONGTYPE') then redis.call('GET', lease) end
    holder = false
  end
  answers[i] = 0
  if not holder then
    redis.call('SET', lease, ARGV[i + 1], 'PX', ARGV[1])
  elseif holder == ARGV[i + 1] then
    redis.call('PEXPIRE', lease, ARGV[1])
  else
    answers[i] = redis.call('PTTL', lease)
    if answers[i] < 0 then redis.call('PEXPIRE', lease, ARGV[1]) end
    answers[i] = math.max(answers[i], 1)
  end
end
return answers
"""

# KEYS: leases. ARGV: a message, then a token and a channel for each.
_RELEASE = """
for i, lease in ipairs(KEYS) do
  if redis.pcall('GET', lease) == ARGV[2 * i] then
    redis.call('DEL', lease)
    redis.call('PUBLISH', ARGV[2 * i + 1], ARGV[1])
  end
end
"""

# KEYS: leases. ARGV: for each a token or nothing, a channel, a message. Returns how many were not published.
_PUBLISH = """
local refused = 0
for i, lease in ipairs(KEYS) do
  local token = ARGV[3 * i - 2]
  if token == '' or redis.pcall('GET', lease) == token then
    redis.call('PUBLISH', ARGV[3 * i - 1], ARGV[3 * i])
  else
    refused = refused + 1
  end
end
return refused
"""


def _packer() -> Callable[[tuple[bytes | str | int, ...]], bytes] | None:
    """Return what packs a command as redis-py does, in a tenth of the time; None without such a hiredis."""
    with suppress(ImportError):
        pack: Callable[[tuple[bytes | str | int, ...]], bytes] | None
        pack = getattr(importlib.import_module("hiredis"), "pack_command", None)
        return pack
    return None


_pack = _packer()


@dataclass(slots=True, eq=False)
class Link:
    """Two open connections. Every method raises RedisError, OSError or TimeoutError if it fails."""

    asking: AbstractConnection
    listening: AbstractConnection
    patience: Patience
    life: str = ""
    """What names the run of the server: another one may have lost updates."""

    @classmethod
    async def open(
        cls,
        address: Address,
        patience: Patience,
        trial: bytes,
        *,
        keeps: bool,
    ) -> "Link":
        """Connect, and test with the name `trial` whether the user has all necessary rights.

        Those for positions are tested if the app has a topic that `keeps` them.
        """
        async with patience.within():
            link = cls(await address.connection(), await address.connection(), patience)
        try:
            async with patience.within():
                await link.asking.connect()  # type: ignore[no-untyped-call, unused-ignore] # redis-py is partly typed
                await link.listening.connect()  # type: ignore[no-untyped-call, unused-ignore] # the same
                await link.subscribe([trial])
                await link.receive()
                await link.unsubscribe([trial])
                await link.receive()
            await link.ping()
            # Granted, renewed, refused: every branch of the script.
            await link.claim(
                [(trial, b"ours"), (trial, b"ours"), (trial, b"another's")], patience.seconds
            )
            await link.publish([Sending(trial, b"", trial, b"ours")])
            await link.release([(trial, b"ours", trial)])
            if keeps:
                link.life = run_of(await link._ask("INFO", "server"))
                await link.keep(*trial_batch(trial))
                await link.read(trial_questions(trial))
                await link.count([trial])
        except BaseException:  # also when the start is cancelled
            await link.close()
            raise
        return link

    async def close(self) -> None:
        """Close both connections, in whatever state they are."""
        for connection in (self.asking, self.listening):
            try:
                await connection.disconnect(nowait=True)
            except Exception:  # noqa: S112 - the connection is dropped in any case
                continue

    # -- commands

    async def claim(self, claims: Sequence[tuple[bytes, bytes]], ttl: float) -> list[float]:
        """Claim leases, given as keys and tokens; return 0 for each, or how long another process has it."""
        keys = [key for key, _ in claims]
        tokens = [token for _, token in claims]
        answer = await self._ask("EVAL", _CLAIM, len(keys), *keys, int(ttl * 1000), *tokens)
        rests = answer if isinstance(answer, list) else []
        if len(rests) != len(keys) or not all(isinstance(rest, int) for rest in rests):
            raise RedisError("an unexpected answer")
        return [rest / 1000 for rest in rests]

    async def release(self, releases: Sequence[tuple[bytes, bytes, bytes]]) -> None:
        """Release leases, given as keys, tokens and channels, and notify the processes that wait for them."""
        keys = [key for key, _, _ in releases]
        rest = [part for _, token, channel in releases for part in (token, channel)]
        await self._ask("EVAL", _RELEASE, len(keys), *keys, RELEASED, *rest)

    async def publish(self, batch: Sequence[Sending]) -> int:
        """Publish messages in order; return how many were not, because another process has the lease."""
        keys = [sending.lease for sending in batch]
        rest = [part for each in batch for part in (each.token, each.channel, each.message)]
        answer = await self._ask("EVAL", _PUBLISH, len(keys), *keys, *rest)
        if not isinstance(answer, int):
            raise RedisError("an unexpected answer")
        return answer

    async def keep(self, sent: bytes, batch: KeptBatch) -> list[Answer]:
        """Publish the groups of a batch in order; return what Redis has done with each of them."""
        keys, rest = publishing(sent, batch, self.life)
        return answers_of(await self._ask("EVAL", PUBLISH, len(keys), *keys, *rest), batch)

    async def read(self, questions: Sequence[Question]) -> list[Reading | None]:
        """Read where topics stand, and what their histories have; None where there was no room for that."""
        keys, rest = asking(questions, self.life)
        return readings_of(await self._ask("EVAL", READ, len(keys), *keys, *rest), questions)

    async def count(self, channels: Sequence[bytes]) -> list[int]:
        """Return how many connections are subscribed to each of the channels."""
        answer = await self._ask("PUBSUB", "NUMSUB", *channels)
        counts = answer[1::2] if isinstance(answer, list) else []
        if len(counts) != len(channels) or not all(isinstance(count, int) for count in counts):
            raise RedisError("an unexpected answer")
        return counts

    async def ping(self) -> None:
        """Check the connection for commands."""
        await self._ask("PING")

    async def _ask(self, *command: bytes | str | int) -> object:
        async with self.patience.within():
            if _pack is None:
                await self.asking.send_command(*command)
            else:
                await self.asking.send_packed_command(_pack(command))
            answer: object = await self.asking.read_response(disable_decoding=True)
        return answer

    # -- subscriptions

    async def subscribe(self, channels: Iterable[bytes]) -> None:
        """Subscribe to `channels`; `receive` returns a confirmation for each."""
        await self._tell("SUBSCRIBE", *channels)

    async def unsubscribe(self, channels: Iterable[bytes]) -> None:
        """Unsubscribe from `channels`."""
        await self._tell("UNSUBSCRIBE", *channels)

    async def probe(self, text: bytes = b"") -> None:
        """Ask Redis to answer on the connection for subscriptions, after all messages so far, with `text`."""
        await self._tell("PING", text)

    async def _tell(self, *command: bytes | str) -> None:
        async with self.patience.within():
            await self.listening.send_command(*command)

    async def receive(self) -> tuple[bytes, bytes, object]:
        """Wait for the next message on the connection for subscriptions; return its kind, channel and content."""
        said = await self.listening.read_response(disable_decoding=True)
        if isinstance(said, list) and len(said) == 3:
            return said[0], said[1], said[2]
        return b"pong", b"", said[1] if isinstance(said, list) and len(said) == 2 else None
