"""One process: the updates go straight to the subscribers."""

from wsgen_runtime.brokers.base import BrokerHost
from wsgen_runtime.stats import BrokerStats


class MemoryBroker:
    """The default broker: every topic is produced in the one process there is."""

    shared = False

    def __init__(self) -> None:
        self._host: BrokerHost | None = None

    @property
    def stats(self) -> BrokerStats:
        """Return nothing but zeros: all goes straight to the subscribers."""
        return BrokerStats()

    async def start(self, host: BrokerHost) -> None:
        """Remember whom to deliver to."""
        self._host = host

    async def stop(self) -> None:
        """Forget whom to deliver to."""
        self._host = None

    async def open(self, topic: str) -> bool:  # noqa: ARG002 - all topics are alike
        """Return True: this process produces all topics."""
        return True

    async def close(self, topic: str) -> None:
        """Do nothing: nothing was opened."""

    def publish(self, topic: str, data: str, *, produced: bool) -> None:  # noqa: ARG002 - one process
        """Deliver `data` to the subscribers in this process."""
        if self._host is not None:
            self._host.deliver(topic, data)
