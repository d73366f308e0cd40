"""MemoryBroker: for an app in a single process, updates go straight to the subscribers."""

from wsgen_runtime.brokers.base import BrokerHost
from wsgen_runtime.stats import BrokerStats


class MemoryBroker:
    """The default broker: this process produces all topics."""

    shared = False
    stats = BrokerStats()
    """Zeros: nothing is queued or lost."""

    def __init__(self) -> None:
        self._host: BrokerHost | None = None

    async def start(self, host: BrokerHost) -> None:
        """Deliver to `host` from now on."""
        self._host = host

    async def stop(self) -> None:
        """Deliver nothing from now on."""
        self._host = None

    async def open(self, topic: str) -> bool:  # noqa: ARG002 - all topics are alike
        """Return True: this process produces all topics."""
        return True

    async def close(self, topic: str) -> None:
        """Do nothing."""

    def publish(self, topic: str, data: str, *, produced: bool) -> None:  # noqa: ARG002 - one process
        """Deliver `data` to the subscribers in this process."""
        if self._host is not None:
            self._host.deliver(topic, data)
