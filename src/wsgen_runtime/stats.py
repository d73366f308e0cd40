"""Statistics of an app and its broker."""

from dataclasses import dataclass, field
from typing import Annotated

from wsgen_runtime.user_code.failure_log import FailureLog


@dataclass(slots=True)
class Counters:
    """The counters of one app; `drops` does not include those of connected clients."""

    connections: int = 0
    refused: int = 0
    updates: int = 0
    deliveries: int = 0
    drops: int = 0
    lost: int = 0
    errors: int = 0
    failures: int = 0
    ended: int = 0
    recovered: int = 0
    unrecovered: int = 0
    coalesced: int = 0
    snapshots: int = 0
    refusals: int = 0
    commands: int = 0
    keys_refused: int = 0
    log: FailureLog = field(default_factory=FailureLog)

    def fail(self, message: str, error: BaseException, **context: object) -> None:
        """Count and log an exception of user code."""
        self.failures += 1
        self.log.note(message, error, context=context)


@dataclass(frozen=True, slots=True)
class BrokerStats:
    """The statistics of a broker in one process at one moment."""

    connected: Annotated[bool, "Whether updates of other processes arrive now."] = True
    leases: Annotated[int, "Topics that this process produces now, since it has their lease."] = 0
    queued: Annotated[int, "Updates queued for other processes now."] = 0
    dropped: Annotated[
        int,
        "Updates of this process that were not published so far: the queue was full, the connection was lost, or "
        "another process produced the topic.",
    ] = 0
    missed: Annotated[
        int, "Updates of other producers that did not arrive so far; each is a gap in `seq`."
    ] = 0
    rejected: Annotated[
        int,
        "Messages that no process of this app can have sent, and keys that none can have written, so far.",
    ] = 0
    reconnects: Annotated[int, "Connections that were lost and restored so far."] = 0


@dataclass(frozen=True, slots=True)
class Stats:
    """The statistics of an app at one moment."""

    clients: Annotated[int, "Clients connected now."]
    topics: Annotated[int, "Topics with subscribers now."]
    queued: Annotated[int, "Frames queued in all outboxes now."]
    connections: Annotated[int, "Connections accepted so far."]
    refused: Annotated[int, "Connections refused so far."]
    updates: Annotated[int, "Updates delivered to their topics so far."]
    deliveries: Annotated[
        int, "Updates sent to clients so far: each update counts once for each subscriber."
    ]
    drops: Annotated[int, "Updates that slow clients missed so far."]
    lost: Annotated[
        int,
        "Updates that no client of this process got so far: threads published them faster than the event loop "
        "could take them, they were published after the shutdown, or they were lost between processes.",
    ]
    errors: Annotated[int, "Error frames sent so far."]
    failures: Annotated[int, "Exceptions of services, of the broker and of other user code so far."]
    broker: BrokerStats = BrokerStats()
    """The statistics of the broker."""
    ended: Annotated[
        int, "Topics that have ended in this process so far because their producer ended."
    ] = 0
    lingering: Annotated[int, "Topics without subscribers that live on for their history now."] = 0
    recovered: Annotated[
        int, "Clients that came back so far and got all updates that they had missed."
    ] = 0
    unrecovered: Annotated[
        int,
        "Clients that may have missed updates so far: they came back too late, or their topic was reset.",
    ] = 0
    coalesced: Annotated[
        int, "Updates replaced by newer ones so far, before the interval of their route was over."
    ] = 0
    refusals: Annotated[
        int,
        "Times that a service has refused a client, or ended a topic, by a `ServiceError` so far.",
    ] = 0
    commands: Annotated[int, "Commands answered so far, also with an error."] = 0
    keys: Annotated[
        int, "Keys of commands that this process remembers now, or has put into a shared store."
    ] = 0
    keys_refused: Annotated[
        int, "Commands refused so far because no more keys could be remembered."
    ] = 0
    snapshots: Annotated[int, "States of topics sent to clients so far."] = 0
