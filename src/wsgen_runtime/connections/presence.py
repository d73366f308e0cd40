"""Calls `on_connect` and `on_disconnect`, in this order for each client."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from wsgen_runtime.outgoing.client import Client
from wsgen_runtime.stats import Counters
from wsgen_runtime.user_code.calls import call

ClientCallback = Callable[[Client], Awaitable[object] | object]


@dataclass(slots=True, eq=False)
class Presence:
    """The callbacks of an app, each of which may take `within` seconds.

    `leaving` are the running calls of `on_disconnect`, which a shutdown waits for.
    """

    on_connect: ClientCallback | None
    on_disconnect: ClientCallback | None
    within: float | None
    counters: Counters
    leaving: set[asyncio.Task[None]]
    _arrived: set[Client] = field(default_factory=set)
    _calls: dict[Client, asyncio.Task[None]] = field(default_factory=dict)

    async def arrive(self, client: Client) -> None:
        """Call `on_connect`; a failure is logged, and the client stays."""
        if self.on_disconnect is not None:
            self._arrived.add(client)
        if self.on_connect is not None:
            await self._call(self.on_connect, "on_connect", client)

    def leave(self, client: Client) -> None:
        """Begin to call `on_disconnect`, once for each client that has arrived.

        It is called in a task of its own, which goes on when that of the connection is cancelled.
        """
        if self.on_disconnect is None or client not in self._arrived:
            return
        self._arrived.discard(client)
        calling = self._call(self.on_disconnect, "on_disconnect", client)
        task = self._calls[client] = asyncio.get_running_loop().create_task(calling)
        self.leaving.add(task)
        task.add_done_callback(self.leaving.discard)

    async def gone(self, client: Client) -> None:
        """Wait until `on_disconnect` has returned for a client that has left."""
        task = self._calls.pop(client, None)
        if task is not None:
            await asyncio.shield(task)

    async def _call(self, callback: ClientCallback, name: str, client: Client) -> None:
        try:
            await call(callback, client, within=self.within)
        except Exception as error:  # it is user code
            self.counters.fail(f"{name} failed", error, client=client.id)
