"""What one client, and one app, may use."""

from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one WsApp; None means no bound. Times are in seconds.

    Raises ValueError for a bound that is not positive, and for None where there must be one.
    """

    frame_bytes: int = 64 * 1024
    """Largest frame a client may send; a larger one closes the socket with 1009."""
    subscriptions: int | None = 256
    """Topics one client may be subscribed to; one more gets `too_many_subscriptions`."""
    subscriptions_bytes: int | None = 256 * 1024
    """Bytes of the names of one client's topics together; beyond it, `too_many_subscriptions`."""
    frames_per_second: float | None = 100.0
    """Sustained rate of frames from one client; faster ones get `rate_limited`."""
    frame_burst: int = 1_000
    """Frames a client may send at once before the rate counts."""
    bad_frames: int | None = 20
    """Consecutive frames answered with an error; the last one closes the socket with 1008."""
    clients: int | None = 20_000
    """Connected clients; one more is refused with HTTP 503."""
    topics: int | None = 100_000
    """Topics with subscribers; a subscription to one more gets `too_many_subscriptions`."""
    topic_bytes: int = 4 * 1024
    """Longest name of a topic, in bytes; a request that makes a longer one gets `invalid_payload`."""
    topics_bytes: int | None = 64 * 1024 * 1024
    """Bytes of the names of all topics together; beyond it, `too_many_subscriptions`."""
    outbox_bytes: int = 4 * 1024 * 1024
    """Frames that may wait for one client, in bytes, whatever its routes allow."""
    pending_updates: int = 10_000
    """Updates published by other threads that may wait for the event loop; then the oldest goes."""
    pending_bytes: int = 64 * 1024 * 1024
    """The bytes of those updates; then the oldest goes."""
    heartbeat: float | None = None
    """Longest silence of a client, closed with 3008 after it; `math.inf` means no bound. None is 45 seconds on
    hypercorn and granian, which notice no client that has vanished without a word; other servers send pings."""
    lifespan: float | None = None
    """Longest life of a connection, closed with 1001 after it."""
    auth_timeout: float | None = 10.0
    """How long `authenticate`, or `authorize`, may take; then the one has refused, the other failed."""
    service_timeout: float | None = 60.0
    """How long a service may take to create or remove a topic; then it has failed."""
    close_timeout: float = 5.0
    """How long a client may take to read its close frame before its connection is abandoned."""
    shutdown_timeout: float = 10.0
    """How long a shutdown waits for clients and producers before it abandons them."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value is None and "None" not in str(field.type):
                raise ValueError(f"{field.name} must have a bound")
            if value is not None and not value > 0:
                raise ValueError(f"{field.name} must be positive, not {value}")

    def on(self, server: str) -> "Limits":
        """Return these limits as they are on `server`, the name of its package."""
        if self.heartbeat is None and server in _WITHOUT_PINGS:
            return replace(self, heartbeat=_HEARTBEAT)
        return self


_HEARTBEAT = 45.0
_WITHOUT_PINGS = ("hypercorn", "granian")
