"""What a broker is to the runtime, and the runtime to a broker.

All methods run on the event loop that the app runs on.
"""

from typing import Literal, Protocol

from wsgen_runtime.stats import BrokerStats


class BrokerHost(Protocol):
    """The runtime, as its broker sees it. Nothing here blocks or raises."""

    def deliver(self, topic: str, data: str) -> None:
        """Send the update `data`, a JSON text, to the topic's subscribers in this process; none is fine."""

    def label(self, topic: str) -> str:
        """Return what the updates of `topic` are: its route, the name of the data type, the digest of its schema.

        A broker sends it along, and delivers only what came with a label that
        `wsgen_runtime.brokers.labels.compare` does not call of another type; empty where it is not known.
        """
        raise NotImplementedError

    def lose(self, topic: str, count: int) -> None:
        """Count updates that were lost on their way here: a gap in `seq` shows them to the subscribers."""

    def end(self, topic: str, reason: str) -> None:
        """End the subscriptions to `topic` in this process: its producer, wherever it was, has ended."""

    def own(self, topic: str, owned: bool) -> None:
        """Start to produce the open `topic` here, or stop: its production moved to or from this process."""

    def report(self, status: Literal["connected", "disconnected"]) -> None:
        """Tell all clients that updates from other processes come, or no longer come; the broker logs why."""


class Broker(Protocol):
    """Carries the updates of topics between the processes that serve them; belongs to one app.

    A broker whose names in a shared place are to follow the app's title has `name_after(title)`, called with None
    for an app without a title of its own: it raises ValueError where it then has no name.

    A broker that can tell the subscribers of other processes that a producer has ended has `end(topic, reason)`,
    called where the topic is produced: `host.end` is to follow in every process, this one included, after all
    that was published before. Without it, only this process is notified.

    For each topic the runtime calls `open` before its first subscriber in this process and `close` after its
    last, never two at a time.
    """

    shared: bool
    """Whether other processes may have subscribers; if not, an update for a topic not open here goes nowhere."""

    @property
    def stats(self) -> BrokerStats:
        """Return what the broker counts, or `BrokerStats()` if it counts nothing."""
        raise NotImplementedError

    async def start(self, host: BrokerHost) -> None:
        """Begin to serve; called before anything else, and again on another event loop after that one ended."""

    async def stop(self) -> None:
        """Give everything back; called once, after all topics were closed or the time for that was up."""

    async def open(self, topic: str) -> bool:
        """Hear `topic` from now on; return whether this process is to produce it.

        An exception is logged, and reaches the subscribers as an `internal` error frame.
        """
        raise NotImplementedError

    async def close(self, topic: str) -> None:
        """Hear `topic` no longer and give up its production. An exception is logged."""

    def publish(self, topic: str, data: str, *, produced: bool) -> None:
        """Pass the update `data`, a JSON text, to all subscribers of `topic` everywhere.

        To those in this process it goes through `host.deliver`, as in all others. `produced` says that it comes
        from the topic's producer: it must go nowhere once the production has moved to another process.

        Called in the order of the updates; must not block, and must bound what it keeps.
        """
