"""The interfaces between a broker and the runtime.

All methods are called on the event loop of the app.
"""

from typing import Literal, Protocol

from wsgen_runtime.stats import BrokerStats


class BrokerHost(Protocol):
    """The runtime, as its broker sees it. No method blocks or raises."""

    def deliver(self, topic: str, data: str) -> None:
        """Send the update `data`, a JSON text, to the subscribers of `topic` in this process, if any."""

    def label(self, topic: str) -> str:
        """Return a label of the updates of `topic`: the route, the name of the data type, a digest of its schema.

        A broker sends the label with each update, and does not deliver an update if
        `wsgen_runtime.brokers.labels.compare` says that its label is of another type. Empty if it is not known.
        """
        raise NotImplementedError

    def lose(self, topic: str, count: int) -> None:
        """Count updates that were lost between processes; subscribers see a gap in `seq`."""

    def end(self, topic: str, reason: str) -> None:
        """End the subscriptions to `topic` in this process, since its producer, in any process, has ended."""

    def own(self, topic: str, owned: bool) -> None:
        """Start or stop producing the open `topic` in this process."""

    def report(self, status: Literal["connected", "disconnected"]) -> None:
        """Notify all clients whether updates of other processes arrive; the broker logs the reason."""


class Broker(Protocol):
    """Carries the updates of topics between the processes that serve them; belongs to one app.

    A broker may have two more methods:

    - `name_after(title)` if it uses names in a shared place, which should contain the title of the app. It is
      called with None for an app without a title, and raises ValueError if it needs one.
    - `end(topic, reason)` if it can notify other processes. It is called where the topic is produced, when the
      producer has ended; every process, including this one, then calls `host.end` after all updates published
      before. Without this method, only the subscribers in this process are notified.

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
