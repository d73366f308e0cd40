"""Clients that read too slowly for the changes of a state: they get a fresh state when they read again."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from wsgen_runtime.outgoing.client import Client
from wsgen_runtime.outgoing.clients import Clients
from wsgen_runtime.protocol.events import Question
from wsgen_runtime.topics.subscriptions import TopicIndex

_APART = 1.0
"""Seconds between two states that a client gets because it was too slow for the changes of a topic."""


@dataclass(slots=True)
class _Slow:
    """A topic of which a client has missed changes; it gets no other state before `free_at`."""

    free_at: float
    waits: bool = True


@dataclass(slots=True, eq=False)
class Behind:
    """Who is too slow for which topics. `want(topic)` is called when a client can take a fresh state."""

    topics: TopicIndex[Client, Question]
    clients: Clients
    want: Callable[[str], None]
    _slow: WeakKeyDictionary[Client, dict[str, _Slow]] = field(default_factory=WeakKeyDictionary)
    _noted: list[tuple[Client, str, bool]] | None = None

    def watch(self, client: Client) -> None:
        """Notice when `client` falls behind."""
        client.on_behind = self._note

    def reads(self, client: Client, topic: str) -> bool:
        """Return whether `client` can take a state, since it has read what was queued for it."""
        slow = self._slow.get(client, {}).get(topic)
        return slow is None or not slow.waits

    def forget(self, client: Client, topic: str) -> None:
        """Note that `client` subscribes to `topic` again."""
        self._slow.get(client, {}).pop(topic, None)

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Keep the subscribers as they are while an update is sent to them; who falls behind waits afterwards."""
        noted: list[tuple[Client, str, bool]] = []
        self._noted = noted
        try:
            yield
        finally:
            self._noted = None
            for fallen in noted:
                self._note(*fallen)

    def _note(self, client: Client, topic: str, unread: bool) -> None:
        """Let `client` wait for a fresh state, or disconnect it if it has not even read the last one."""
        if self._noted is not None:
            self._noted.append((client, topic, unread))
            return
        if unread:
            self.clients.disconnect_slow(client)
            return
        entry = self.topics.get(topic)
        if entry is None or client not in entry.members:
            return
        self.topics.sync(topic, client)
        slow = self._slow.setdefault(client, {}).setdefault(topic, _Slow(0.0))
        slow.waits = True
        client.call_when_drained(self._refresh)

    def _refresh(self, client: Client) -> None:
        """Have states taken for a client that has read everything, for each topic if its time has come."""
        loop = asyncio.get_running_loop()
        slow = self._slow.get(client)
        if not slow:
            return
        now = loop.time()
        for topic, state in tuple(slow.items()):
            if state.free_at > now:
                continue
            if not state.waits:
                del slow[topic]
                continue
            state.waits, state.free_at = False, now + _APART
            entry = self.topics.get(topic)
            if entry is not None and client in entry.syncing:
                self.want(topic)
        waiting = [state.free_at for state in slow.values() if state.waits]
        if waiting:
            loop.call_at(min(waiting), client.call_when_drained, self._refresh)
