"""What an app counts."""

from dataclasses import dataclass


@dataclass(slots=True)
class Counters:
    """The running totals of one app, counted on its event loop."""

    connections: int = 0
    refused: int = 0
    updates: int = 0
    deliveries: int = 0
    drops: int = 0
    lost_updates: int = 0
    errors: int = 0


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
    lost_updates: int
    """Updates that threads published faster than the event loop took them."""
    errors: int
    """Error frames sent so far."""
