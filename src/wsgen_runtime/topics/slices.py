"""Long fan-outs: an update for very many clients is sent in slices, between which the event loop does other work.

What one client gets about one topic stays in order: the fan-outs of a topic are sent one after another, and
whatever else is sent to its subscribers lets them `finish` first. The clients of a fan-out are those who were
subscribed when it was published; who leaves meanwhile is left out by `skip`.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from wsgen_runtime.outgoing.client import Client

SLICE = 512
"""The clients that are sent to in one turn of the event loop: some milliseconds."""
_MOST = 8
"""Updates of one topic that may wait; beyond that, its publisher waits for the oldest."""

Send = Callable[[Collection[Client]], None]


@dataclass(slots=True, eq=False)
class _Fanout:
    """One update on its way to its clients, of whom the first `sent` are done."""

    clients: Sequence[Client]
    send: Send
    sent: int = 0
    left: set[Client] = field(default_factory=set)

    def advance(self, most: int | None = None) -> int:
        """Send to at most so many further clients, or to all; return their number."""
        begin = self.sent
        end = self.sent = len(self.clients) if most is None else begin + most
        clients = self.clients[begin:end]
        self.send(
            [client for client in clients if client not in self.left] if self.left else clients
        )
        return len(clients)

    @property
    def done(self) -> bool:
        return self.sent >= len(self.clients)


class Fanouts:
    """The fan-outs that have not reached all of their clients yet, by topic."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[_Fanout]] = {}
        self._turn: asyncio.Handle | None = None

    @property
    def crowded(self) -> bool:
        """Return whether updates wait, so that a service should not be asked for more."""
        return bool(self._waiting)

    def start(self, topic: str, clients: Collection[Client], send: Send) -> None:
        """Call `send` with all `clients`: at once, or with slices of them if they are many."""
        if len(clients) <= SLICE and topic not in self._waiting:
            send(clients)
            return
        waiting = self._waiting.setdefault(topic, deque())
        if len(waiting) == _MOST:
            self._finish_first(waiting)
        waiting.append(_Fanout(tuple(clients), send))
        if self._turn is None:
            self._turn = asyncio.get_running_loop().call_soon(self._advance)

    def skip(self, topic: str, client: Client) -> None:
        """Send nothing more to a client who has left the topic; if it comes back, only what follows."""
        for fanout in self._waiting.get(topic, ()):
            fanout.left.add(client)

    def finish(self, topic: str) -> None:
        """Send the rest of all fan-outs of the topic, since something is sent that must not overtake them."""
        while waiting := self._waiting.get(topic):
            self._finish_first(waiting)
        self._waiting.pop(topic, None)

    def finish_all(self) -> None:
        """Send the rest of all fan-outs."""
        for topic in tuple(self._waiting):
            self.finish(topic)

    def clear(self) -> None:
        """Forget everything, with the event loop that has ended."""
        self._waiting.clear()
        if self._turn is not None:
            self._turn.cancel()
            self._turn = None

    @staticmethod
    def _finish_first(waiting: deque[_Fanout]) -> None:
        """Send the rest of the oldest fan-out; what is sent can make others finish it too."""
        first = waiting[0]
        first.advance()
        if waiting and waiting[0] is first:
            waiting.popleft()

    def _advance(self) -> None:
        """Send one slice of each topic in turn, up to `SLICE` clients in all, and go on in the next turn."""
        self._turn = None
        room = SLICE
        while room > 0 and self._waiting:
            topic, waiting = next(iter(self._waiting.items()))
            first = waiting[0]
            room -= first.advance(room)
            if first.done and waiting and waiting[0] is first:
                waiting.popleft()
            self._waiting.pop(topic, None)
            if waiting:
                self._waiting[topic] = waiting  # behind the other topics
        if self._waiting:
            self._turn = asyncio.get_running_loop().call_soon(self._advance)
