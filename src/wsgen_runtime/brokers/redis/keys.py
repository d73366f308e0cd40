"""RedisKeys: the keys of commands, in Redis, on a connection of their own that is opened when it is needed."""

import asyncio
import secrets
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b

from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ResponseError

from wsgen_runtime.brokers.keys import Claimed, KeyEntry, KeysAwayError, KeyState
from wsgen_runtime.brokers.redis.address import Address
from wsgen_runtime.brokers.redis.key_scripts import ANSWER, BEAT, BURY, CLAIM, RELEASE
from wsgen_runtime.brokers.redis.patience import Patience

_BATCH = 128
_STATES = {
    b"claimed": KeyState.CLAIMED,
    b"running": KeyState.RUNNING,
    b"answered": KeyState.ANSWERED,
    b"unknown": KeyState.UNKNOWN,
    b"reused": KeyState.REUSED,
}

_Command = tuple[str | bytes | int, ...]


@dataclass(slots=True, eq=False)
class RedisKeys:
    """Keeps each entry at a name that starts with `prefix`, for `seconds` after its last change.

    What is asked at the same time is sent at once. Nothing is sent again after a failure: the caller does that.
    """

    address: Address
    prefix: bytes
    seconds: float
    lease: float | None
    patience: Patience
    _asked: deque[tuple[_Command, "asyncio.Future[object]"]] = field(default_factory=deque)
    _sending: "asyncio.Task[None] | None" = None
    _connection: AbstractConnection | None = None

    async def claim(self, asked: Claimed) -> KeyEntry:
        """Claim the entry if there is none; return what there is."""
        answer = await self._ask(
            "EVAL", CLAIM, 1, self._name(asked), asked.digest, asked.token, self._kept
        )
        match answer:
            case [bytes(state), bytes(token), int(beat), bytes(text)] if state in _STATES:
                return KeyEntry(_STATES[state], token.decode(), beat, text.decode())
        raise KeysAwayError("an unexpected answer")

    async def beat(self, claims: Sequence[Claimed]) -> None:
        """Give a sign of life for each claim; an entry that was lost is made again."""
        for start in range(0, len(claims), _BATCH):
            batch = claims[start : start + _BATCH]
            names = [self._name(claimed) for claimed in batch]
            tokens = [part for claimed in batch for part in (claimed.digest, claimed.token)]
            await self._ask("EVAL", BEAT, len(names), *names, self._kept, *tokens)

    async def answer(self, claimed: Claimed, answer: str) -> None:
        """Keep the answer, unless the entry belongs to another by now."""
        name, text = self._name(claimed), answer.encode()
        await self._ask("EVAL", ANSWER, 1, name, claimed.digest, claimed.token, self._kept, text)

    async def release(self, claimed: Claimed) -> None:
        """Remove the entry, since nothing was done, unless it belongs to another or has an answer."""
        await self._ask("EVAL", RELEASE, 1, self._name(claimed), claimed.token)

    async def bury(self, claimed: Claimed, beat: int | None = None) -> None:
        """Note that the outcome is unknown, unless there is an answer, or a sign of life after `beat`."""
        known = "" if beat is None else str(beat)
        name = self._name(claimed)
        await self._ask("EVAL", BURY, 1, name, claimed.token, self._kept, known)

    async def check(self) -> None:
        """Use all rights that are needed, with an entry of its own; raises ConnectionError with the reason."""
        token = secrets.token_hex(8)
        trial = Claimed(token, "trial", token)
        try:
            await self.claim(trial)
            await self.beat([trial])
            await self.bury(trial)
            await self.release(trial)
            await self.answer(trial, "")
            await self._ask("DEL", self._name(trial))
        except KeysAwayError as error:
            raise ConnectionError(
                f"Redis at {self.address} cannot keep the keys of commands: {error}"
            ) from None

    async def close(self) -> None:
        """Close the connection, once all that was asked is answered."""
        sending, self._sending = self._sending, None
        if sending is not None and sending.get_loop() is asyncio.get_running_loop():
            await asyncio.wait({sending}, timeout=self.patience.seconds)
        await self._disconnect()
        self.patience.close()

    @property
    def _kept(self) -> int:
        return int(self.seconds * 1000)

    def _name(self, claimed: Claimed) -> bytes:
        digest = blake2b(claimed.name.encode("utf-8", "surrogatepass"), digest_size=20)
        return self.prefix + digest.hexdigest().encode()

    # -- the connection

    async def _ask(self, *command: str | bytes | int) -> object:
        answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        self._asked.append((command, answer))
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send_all())
        return await answer

    async def _send_all(self) -> None:
        """Send all that was asked, in batches; what fails is answered with the reason."""
        while self._asked:
            size = min(len(self._asked), _BATCH)
            batch = [self._asked.popleft() for _ in range(size)]
            try:
                async with self.patience.within():
                    connection = await self._connect()
                    await connection.send_packed_command(
                        connection.pack_commands([command for command, _ in batch])
                    )
                    for _, answer in batch:
                        await _settle(answer, connection)
            except (
                BaseException
            ) as error:  # a cancelled task as well: the rest of the answers is still to come
                await self._disconnect()
                away = KeysAwayError(str(error) or type(error).__name__)
                for _, answer in batch:
                    if not answer.done():
                        answer.set_exception(away)
                if not isinstance(error, Exception):
                    raise

    async def _connect(self) -> AbstractConnection:
        if self._connection is None:
            connection = await self.address.connection()
            try:
                await connection.connect()  # type: ignore[no-untyped-call, unused-ignore] # redis-py is partly typed
            except BaseException:  # when the caller is cancelled as well
                await connection.disconnect(nowait=True)
                raise
            self._connection = connection
        return self._connection

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):  # the connection is dropped in any case
                await connection.disconnect(nowait=True)


async def _settle(answer: "asyncio.Future[object]", connection: AbstractConnection) -> None:
    """Read one answer; an error of Redis itself is that of one command, and does not end the connection."""
    try:
        said: object = await connection.read_response(disable_decoding=True)
    except ResponseError as error:
        if not answer.done():
            answer.set_exception(KeysAwayError(str(error)))
        return
    if not answer.done():
        answer.set_result(said)
