"""What an app counts."""

from dataclasses import dataclass, field

from wsgen_runtime.user_code.failure_log import FailureLog


@dataclass(slots=True)
class Counters:
    """The running totals of one app, counted on its event loop; `drops` without those of present clients."""

    connections: int = 0
    refused: int = 0
    updates: int = 0
    deliveries: int = 0
    drops: int = 0
    lost: int = 0
    errors: int = 0
    failures: int = 0
    ended: int = 0
    log: FailureLog = field(default_factory=FailureLog)

    def fail(self, message: str, error: BaseException, **context: object) -> None:
        """Count and log an exception of user code."""
        self.failures += 1
        self.log.note(message, error, context=context)


@dataclass(frozen=True, slots=True)
class BrokerStats:
    """The state of a broker's end in one process at one moment."""

    connected: bool = True
    """Whether updates from other processes come now."""
    leases: int = 0
    """Topics that this process produces now, because it has their lease."""
    queued: int = 0
    """Updates that wait to be sent to the other processes now."""
    dropped: int = 0
    """Updates of this process that nobody got so far: the queue was full, the connection broke, or the topic
    was no longer this process's to produce."""
    missed: int = 0
    """Updates of other producers that did not get here so far; each is a gap in `seq`."""
    rejected: int = 0
    """Messages so far that no process of this app can have sent."""
    reconnects: int = 0
    """Connections lost and made anew so far."""


@dataclass(frozen=True, slots=True)
class Stats:
    """The state of an app at one moment."""

    clients: int
    """Clients connected now."""
    topics: int
    """Topics with subscribers now."""
    queued: int
    """Frames that wait in all outboxes now."""
    connections: int
    """Connections accepted so far."""
    refused: int
    """Connections refused so far."""
    updates: int
    """Updates delivered to their topics so far."""
    deliveries: int
    """Updates handed to clients so far: one update counts once for each subscriber."""
    drops: int
    """Updates that slow clients missed so far."""
    lost: int
    """Updates nobody here got so far: threads published them faster than the event loop took them, they were
    published after the shutdown, or they were lost between processes."""
    errors: int
    """Error frames sent so far."""
    failures: int
    """Exceptions of services, of the broker and of other user code so far."""
    broker: BrokerStats = BrokerStats()
    """What the broker counts."""
    ended: int = 0
    """Topics whose subscriptions ended here because their producer had ended, so far."""
