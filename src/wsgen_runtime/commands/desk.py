"""The commands of one app: what it offers, and all that its clients have asked."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import InitVar, dataclass, field
from typing import Any

from pydantic import BaseModel
from pydantic_core import to_json

from wsgen_runtime.brokers.keys import KeyStore
from wsgen_runtime.command import Command, WsCommands
from wsgen_runtime.commands.at_most_once import AtMostOnce
from wsgen_runtime.commands.key_budget import KeyBudget
from wsgen_runtime.commands.outcomes import Outcome, refused
from wsgen_runtime.commands.performance import Performance
from wsgen_runtime.limits import Limits
from wsgen_runtime.outgoing.clients import Clients
from wsgen_runtime.protocol.payloads import ErrorCode
from wsgen_runtime.stats import Counters

_log = logging.getLogger("wsgen_runtime")
_STUBBORN = 1.0  # seconds within which cancelled commands should end

LATE = 60.0
"""Seconds for which a key is kept longer than is promised, since a question can be long on its way."""

_NO_USER = "Commands with a key need a user: the server knows none for this connection"
_NO_STORE = "The server cannot remember the keys of commands"


@dataclass(slots=True, eq=False)
class CommandDesk:
    """Carries out commands for the clients of one app; `store` remembers keys, unless it is None."""

    commands: Mapping[str, Command]
    limits: Limits
    counters: Counters
    clients: Clients
    store: InitVar[KeyStore | None]
    keys: AtMostOnce | None = field(init=False)
    requests: Mapping[str, type[BaseModel]] = field(init=False)
    stopping: bool = False
    """Whether no command is carried out any more that was not begun."""
    _waiting: int = 0
    _bytes: int = 0
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    def __post_init__(self, store: KeyStore | None) -> None:
        self.keys = None
        self.requests = {name: command.request_type for name, command in self.commands.items()}
        if store is not None:
            budget = KeyBudget(self.limits, self.limits.idempotency + LATE)
            self.keys = AtMostOnce(store, budget, self.counters)

    @property
    def remembered(self) -> int:
        """Return the number of keys that this process remembers, or has put into a shared store."""
        return 0 if self.keys is None else self.keys.budget.used

    def take(self, waiting: int, size: int) -> bool:
        """Count a command of `size` bytes, of a client of whom `waiting` wait; return False for lack of room."""
        limits = self.limits
        if (
            waiting >= limits.commands
            or self._waiting >= limits.pending_commands
            or self._bytes + size > limits.pending_commands_bytes
        ):
            return False
        self._waiting += 1
        self._bytes += size
        return True

    def give_back(self, size: int) -> None:
        """Note that a command of `size` bytes no longer waits."""
        self._waiting -= 1
        self._bytes -= size

    def begin(self, serving: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Start to serve the commands of a client, which goes on when its connection has ended."""
        task = asyncio.get_running_loop().create_task(serving)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def outcome(
        self, performance: Performance, digest: str, *, gone: Callable[[], bool]
    ) -> Outcome | None:
        """Return the outcome of a command; None if it is that of another process, and the client is `gone`."""
        key, user_id = performance.context.key, performance.context.user_id
        if key is None:
            return await performance.run(self.limits, self.counters)
        if self.keys is None:
            return refused(ErrorCode.KEYS_UNAVAILABLE, _NO_STORE)
        if user_id is None:
            return refused(ErrorCode.KEYS_UNAVAILABLE, _NO_USER)
        name = to_json([user_id, key]).decode()
        return await self.keys.outcome(
            user_id,
            name,
            digest,
            lambda: performance.run(self.limits, self.counters),
            gone=gone,
        )

    async def stop(self, within: float) -> None:
        """Wait for the commands that are being carried out, for at most `within` seconds; begin no others."""
        self.stopping = True
        try:
            await self._finish(within)
        finally:
            self.stopping = False

    async def _finish(self, within: float) -> None:
        tasks = set(self._tasks)
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=within)
            for task in late:
                task.cancel()
            if late:
                _log.warning("the shutdown has cut off %d commands", len(late))
                _, stubborn = await asyncio.wait(late, timeout=_STUBBORN)
                if stubborn:
                    _log.error(
                        "%d commands do not end although they are cancelled: let them pass on CancelledError",
                        len(stubborn),
                    )
        if self.keys is not None:
            # What runs with a key runs apart from the client who has asked for it.
            await self.keys.stop(0.0 if tasks else within)


def by_name(groups: Iterable[WsCommands], routes: Iterable[str]) -> dict[str, Command]:
    """Return all commands by their names.

    Raises ValueError for a name that two of them have, that is reserved or that one of `routes` has, and
    TypeError for anything else than `WsCommands`.
    """
    taken = frozenset(routes)
    found: dict[str, Command] = {}
    for group in groups:
        if not isinstance(group, WsCommands):
            raise TypeError(
                f"commands must be generated ones, such as Commands(service), not {group!r}"
            )
        for command in group.commands:
            why = reserved(command.name, taken)
            if why:
                raise ValueError(f"the command {command.name!r} cannot have this name: {why}")
            if found.setdefault(command.name, command) is not command:
                raise ValueError(f"two commands have the name {command.name!r}")
    return found


_FRAMES = frozenset(("hello", "authenticate", "notice", "status", "error", "ping", "pong"))
_VERBS = frozenset(
    (
        *("subscribe", "unsubscribe", "response", "update", "snapshot", "reset"),
        *("unsubscribed", "presence"),
    )
)


def reserved(name: str, routes: frozenset[str]) -> str:
    """Return why no command can have `name`; empty if one can."""
    verb = name.rpartition(".")[2]
    if name in _FRAMES:
        return "it is that of a frame of the protocol"
    if verb in _VERBS:
        return f"`{verb}` at its end is that of a frame"
    if name in routes:
        return "a route has it"
    return ""
