"""Long fan-outs: an update for very many clients is sent in slices, between which the event loop does other work.

Each client gets the frames of a topic in order: the fan-outs of a topic are sent one after another, and
whatever else is sent to its subscribers lets them `finish` first. The clients of a fan-out are those who were
subscribed when it was published; who leaves meanwhile is left out by `skip`. Updates for the same clients that
wait together are sent together, so that a server can write them to each client at once.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from math import ceil

from wsgen_runtime.outgoing.client import Client

SLICE = 512
"""The messages that are sent in one turn of the event loop: some milliseconds."""
_MOST = 16
"""Updates of one topic that may wait; beyond that, its publisher sends as much as it adds."""

Send = Callable[[Collection[Client]], None]


@dataclass(slots=True, eq=False)
class _Fanout:
    """Updates on their way to the same clients, of whom the first `sent` have all of them."""

    clients: Sequence[Client]
    sends: list[Send]
    """What sends each of the updates, the oldest first."""
    sent: int = 0
    left: set[Client] = field(default_factory=set)
    _slice: Sequence[Client] = ()
    _rest: deque[Send] = field(default_factory=deque)
    """What the clients of the slice have not got yet."""

    def takes(self, clients: Sequence[Client]) -> bool:
        """Return whether an update for `clients` can be sent together with these."""
        return not (self.sent or self.left) and self.clients == clients

    def advance(self, most: int | None = None) -> int:
        """Send about `most` messages to further clients, or all messages; return their number."""
        self._finish_slice()  # if what was sent has led here again
        begin, end = self.sent, len(self.clients)
        if most is not None:
            end = min(end, begin + ceil(most / len(self.sends)))
        if begin < end:
            self.sent = end
            self._slice = self.clients[begin:end]
            self._rest.extend(self.sends)
            self._finish_slice()
        return (end - begin) * len(self.sends)

    def _finish_slice(self) -> None:
        while self._rest:
            send = self._rest.popleft()
            left, clients = self.left, self._slice
            send([client for client in clients if client not in left] if left else clients)

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
        waiting, members = self._waiting.get(topic, ()), tuple(clients)
        if waiting and sum(len(fanout.sends) for fanout in waiting) >= _MOST:
            self._advance_first(waiting, len(members))
        waiting = self._waiting.setdefault(topic, deque())
        if waiting and waiting[-1].takes(members):
            waiting[-1].sends.append(send)
        else:
            waiting.append(_Fanout(members, [send]))
        if self._turn is None:
            self._turn = asyncio.get_running_loop().call_soon(self._advance)

    def skip(self, topic: str, client: Client) -> None:
        """Send nothing more to a client who has left the topic; if it comes back, only what follows."""
        for fanout in self._waiting.get(topic, ()):
            fanout.left.add(client)

    def finish(self, topic: str) -> None:
        """Send the rest of all fan-outs of the topic, since something is sent that must not overtake them."""
        while waiting := self._waiting.get(topic):
            self._advance_first(waiting)
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
    def _advance_first(waiting: deque[_Fanout], most: int | None = None) -> int:
        """Send about `most` messages of the oldest fan-out, or all; what is sent can lead here again."""
        first = waiting[0]
        count = first.advance(most)
        if first.done and waiting and waiting[0] is first:
            waiting.popleft()
        return count

    def _advance(self) -> None:
        """Send a slice of each topic in turn, about `SLICE` messages in all, and go on in the next turn."""
        self._turn = None
        room = SLICE
        while room > 0 and self._waiting:
            topic, waiting = next(iter(self._waiting.items()))
            room -= self._advance_first(waiting, room)
            self._waiting.pop(topic, None)
            if waiting:
                self._waiting[topic] = waiting  # behind the other topics
        if self._waiting:
            self._turn = asyncio.get_running_loop().call_soon(self._advance)
