"""The interfaces between a broker and the runtime.

All methods are called on the event loop of the app.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol

from wsgen_runtime.history import History
from wsgen_runtime.protocol.positions import Position
from wsgen_runtime.stats import BrokerStats


class Keeping(NamedTuple):
    """What a broker keeps of a topic whose updates have positions."""

    history: History | None
    """The bounds of its history; None if only its position is kept."""
    published: bool
    """Whether it has no producer, and its history is kept also while nobody listens."""


class BrokerHost(Protocol):
    """The runtime, as its broker sees it. No method blocks or raises."""

    @property
    def keeps(self) -> bool:
        """Return whether there are topics for which `kept` returns something."""
        raise NotImplementedError

    def deliver(self, topic: str, data: str, position: Position | None = None) -> None:
        """Send the update `data`, a JSON text, to the subscribers of `topic` in this process, if any.

        A `Keeper` passes the position of the update, for topics that it keeps.
        """

    def kept(self, topic: str) -> Keeping | None:
        """Return what a `Keeper` keeps of `topic`, or None if its updates have no positions."""
        raise NotImplementedError

    def stand(
        self,
        topic: str,
        position: Position,
        entries: Sequence[tuple[int, str]],
        *,
        continued: bool,
        before: int = 0,
    ) -> None:
        """Note where the kept `topic` stands, after the broker has read that from its store.

        `entries` are numbers and data of kept updates that this process has not had, up to `position`; all of the
        history when the topic was opened. `continued` says that the process has missed no other update since the
        last one that it was given; otherwise, its subscribers are told. Entries up to number `before` are those
        of an earlier epoch: they are kept for new subscribers, and no others get them.
        """

    def snapshot(self, topic: str, data: str, position: Position) -> None:
        """Send the state `data`, a JSON text, to the subscribers of `topic` in this process that wait for it."""

    def wanted_snapshot(self, topic: str) -> None:
        """Take a snapshot of `topic`, which this process produces, since a process waits for it."""

    def label(self, topic: str) -> str:
        """Return a label of the updates of `topic`: the route, the name of the data type, a digest of its schema.

        A broker sends the label with each update, and does not deliver an update if
        `wsgen_runtime.brokers.labels.compare` says that its label is of another type. Empty if it is not known.
        """
        raise NotImplementedError

    def unheard(self, topic: str) -> None:
        """Stop producing `topic`, which `ask_heard` has asked about: no other process receives its updates."""

    def lose(self, topic: str, count: int) -> None:
        """Count updates that were lost between processes; subscribers see a gap in `seq`."""

    def end(self, topic: str, reason: str) -> None:
        """End the subscriptions to `topic` in this process, since its producer, in any process, has ended."""

    def own(self, topic: str, owned: bool) -> None:
        """Start or stop producing the open `topic` in this process."""

    def hear(self, message: str) -> None:
        """Carry out what another process of the app has passed to `tell`; other messages are ignored."""

    def report(self, status: Literal["connected", "disconnected"]) -> None:
        """Notify all clients whether updates of other processes arrive; the broker logs the reason."""


class Broker(Protocol):
    """Carries the updates of topics between the processes that serve them; belongs to one app.

    A broker may have more methods:

    - `name_after(title)` if it uses names in a shared place, which should contain the title of the app. It is
      called with None for an app without a title, and raises ValueError if it needs one.
    - `end(topic, reason)` if it can notify other processes. It is called where the topic is produced, when the
      producer has ended; every process, including this one, then calls `host.end` after all updates published
      before. Without this method, only the subscribers in this process are notified.
    - `keys(seconds)` if it is shared and can keep the keys of commands, each for at least `seconds`: it returns a
      `wsgen_runtime.brokers.keys.KeyStore`. It is called before `start`, if the app has commands.
    - `tell(message)` if it can pass a text to the other processes of the app, each of which calls `host.hear`
      with it, at most once. It must not block. Without it, `WsApp.disconnect` and `WsApp.cancel` reach this
      process only.

    - `flush(within)` if a `Publisher` may use it: a coroutine that returns when all updates that were published
      so far have arrived in the shared place, and raises ConnectionError if one was lost, or after `within`
      seconds.

    For each topic, the runtime calls `open` before its first subscriber in this process and `close` after its
    last one, and never two of these calls at the same time.
    """

    shared: bool
    """Whether other processes may have subscribers. If not, updates for topics that are not open are dropped."""

    @property
    def stats(self) -> BrokerStats:
        """Return the statistics of the broker, or `BrokerStats()` if it has none."""
        raise NotImplementedError

    async def start(self, host: BrokerHost) -> None:
        """Start; called before all else, and again on another event loop after the first one has ended."""

    async def stop(self) -> None:
        """Release everything; called once, when all topics are closed or the time limit for that has passed."""

    async def open(self, topic: str) -> bool:
        """Receive updates of `topic` from now on; return whether this process is to produce it.

        An exception is logged, and subscribers get an `internal` error frame.
        """
        raise NotImplementedError

    async def close(self, topic: str) -> None:
        """Stop receiving updates of `topic`, and to produce it. An exception is logged."""

    def publish(self, topic: str, data: str, *, produced: bool) -> None:
        """Pass the update `data`, a JSON text, to the subscribers of `topic` in all processes.

        Every process, including this one, delivers it by `host.deliver`. `produced` says that it comes from the
        producer of the topic, in which case it must be dropped if another process produces the topic by now.

        Called in the order of the updates. Must not block, and must limit the memory that waiting updates take.
        """


class Keeper(Broker, Protocol):
    """A shared broker that gives positions to the updates of the topics for which `host.kept` returns something.

    A position is the same in all processes: each update has the number of the last one plus one, or plus more if
    updates were lost on the way. A new producer, and a store that has lost something, start a new epoch. A shared
    broker without these methods cannot serve routes with a history or a snapshot.

    A keeper may have more methods:

    - `ask_heard(topic)` calls `host.unheard(topic)` if no other process receives the updates of a topic that is
      produced here. It is called when the topic could end in this process. Without this method, the topic ends,
      and subscribers in other processes start again with another producer.
    - `catch_up(topic, position)` is called for a position that a client has had in another process. If the topic
      has not come there in this process, it returns a `Future` that is done when `host.stand` was called with
      what the store has, otherwise None. Without it, such a client is told that it may have missed something.
    """

    def begin(self, topic: str) -> None:
        """Start a new epoch of `topic`, since its producer starts in this process.

        Every process calls `host.stand` with the new epoch before it delivers an update of it, also if no update
        follows. If an epoch has started already with the right to produce, the process that produces calls
        `host.stand` with that one.
        """

    def skip(self, topic: str, count: int) -> None:
        """Leave out `count` numbers, since as many updates of the producer here were lost before `publish`."""

    def snapshot(self, topic: str, data: str) -> None:
        """Pass the state `data` of a topic that is produced here to all processes.

        Every process calls `host.snapshot` with it, between the same updates between which it was passed here.
        """

    def ask_snapshot(self, topic: str) -> None:
        """Have the process that produces `topic`, which may be this one, call `host.wanted_snapshot`."""


def is_keeper(broker: Broker) -> bool:
    """Return whether `broker` has the methods of a `Keeper`."""
    names = ("begin", "skip", "snapshot", "ask_snapshot")
    return all(callable(getattr(broker, name, None)) for name in names)
