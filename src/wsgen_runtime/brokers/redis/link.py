"""The connection to Redis: one socket that asks, and one that listens, for as long as both work.

Neither is ever repaired: whoever gets an exception from here closes the link and opens another.
"""

import asyncio
from collections.abc import Iterable, Sequence

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import RedisError

from wsgen_runtime.brokers.redis.address import Address, ClientAddress
from wsgen_runtime.brokers.redis.messages import RELEASED
from wsgen_runtime.brokers.redis.state import Sending

# Each script is sent as a whole: Redis keeps it compiled, and no other is needed once Redis has restarted.

# KEYS: leases. ARGV: their length in ms, then a token for each. Returns for each 0 if granted, else its rest.
# A lease without an end, which none of ours writes, gets one.
_CLAIM = """
local answers = {}
for i, lease in ipairs(KEYS) do
  local holder = redis.call('GET', lease)
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
  if redis.call('GET', lease) == ARGV[2 * i] then
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
  if token == '' or redis.call('GET', lease) == token then
    redis.call('PUBLISH', ARGV[3 * i - 1], ARGV[3 * i])
  else
    refused = refused + 1
  end
end
return refused
"""


class Link:
    """Two open connections. Every method raises RedisError, OSError or TimeoutError when it fails."""

    def __init__(
        self, asking: AbstractConnection, listening: AbstractConnection, timeout: float
    ) -> None:
        self._asking = asking
        self._listening = listening
        self._timeout = timeout

    @classmethod
    async def open(cls, address: Address | ClientAddress, timeout: float, trial: bytes) -> "Link":  # noqa: ASYNC109 - for each command, not for all
        """Connect, and try with the name `trial` whether this user may do all that is needed."""
        async with asyncio.timeout(timeout):
            link = cls(await address.connection(), await address.connection(), timeout)
        try:
            async with asyncio.timeout(timeout):
                await link._asking.connect()  # type: ignore[no-untyped-call, unused-ignore] # redis-py is partly typed
                await link._listening.connect()  # type: ignore[no-untyped-call, unused-ignore] # the same
                await link.subscribe([trial])
                await link.hear()
                await link.unsubscribe([trial])
                await link.hear()
            await link.ping()
            # Granted, granted again, refused: each way through the script.
            await link.claim([(trial, b"ours"), (trial, b"ours"), (trial, b"another's")], timeout)
            await link.publish([Sending(trial, b"", trial, b"ours")])
            await link.release([(trial, b"ours", trial)])
        except BaseException:  # a cancelled start too must leave no connection open
            await link.close()
            raise
        return link

    async def close(self) -> None:
        """Close both connections, whatever state they are in."""
        for connection in (self._asking, self._listening):
            try:
                await connection.disconnect(nowait=True)
            except Exception:  # noqa: S112 - it was closing anyway, and the next link must come
                continue

    # -- asking

    async def claim(self, claims: Sequence[tuple[bytes, bytes]], ttl: float) -> list[float]:
        """Ask for leases, given as keys and tokens; return for each 0, or its rest in seconds as another's."""
        keys = [key for key, _ in claims]
        tokens = [token for _, token in claims]
        answer = await self._ask("EVAL", _CLAIM, len(keys), *keys, int(ttl * 1000), *tokens)
        if not isinstance(answer, list) or len(answer) != len(keys):
            raise RedisError("an unexpected answer")
        if not all(isinstance(rest, int) for rest in answer):
            raise RedisError("an unexpected answer")
        return [rest / 1000 for rest in answer]

    async def release(self, releases: Sequence[tuple[bytes, bytes, bytes]]) -> None:
        """Give leases back, given as keys, tokens and channels, and tell those who wait for them."""
        keys = [key for key, _, _ in releases]
        rest = [part for _, token, channel in releases for part in (token, channel)]
        await self._ask("EVAL", _RELEASE, len(keys), *keys, RELEASED, *rest)

    async def publish(self, batch: Sequence[Sending]) -> int:
        """Publish messages in order; return how many were not, because their lease is somebody else's."""
        keys = [sending.lease for sending in batch]
        rest = [part for each in batch for part in (each.token, each.channel, each.message)]
        answer = await self._ask("EVAL", _PUBLISH, len(keys), *keys, *rest)
        if not isinstance(answer, int):
            raise RedisError("an unexpected answer")
        return answer

    async def ping(self) -> None:
        """Ask for a sign of life."""
        await self._ask("PING")

    async def _ask(self, *command: bytes | str | int) -> object:
        async with asyncio.timeout(self._timeout):
            await self._asking.send_command(*command)
            answer: object = await self._asking.read_response(disable_decoding=True)
        return answer

    # -- listening

    async def subscribe(self, channels: Iterable[bytes]) -> None:
        """Ask to hear `channels`; `hear` tells when it is so."""
        await self._tell("SUBSCRIBE", *channels)

    async def unsubscribe(self, channels: Iterable[bytes]) -> None:
        """Ask to hear `channels` no more."""
        await self._tell("UNSUBSCRIBE", *channels)

    async def knock(self) -> None:
        """Ask for something to hear."""
        await self._tell("PING")

    async def _tell(self, *command: bytes | str) -> None:
        async with asyncio.timeout(self._timeout):
            await self._listening.send_command(*command)

    async def hear(self) -> tuple[bytes, bytes, object]:
        """Wait for the next thing said on the listening connection: its kind, its channel, its content."""
        said = await self._listening.read_response(disable_decoding=True)
        if isinstance(said, list) and len(said) == 3:
            return said[0], said[1], said[2]
        return b"pong", b"", None
