"""Limits: what one client, and all clients of an app, may use."""

from dataclasses import dataclass, fields, replace
from functools import lru_cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of one WsApp; None means no limit. Times are in seconds.

    Raises ValueError for a limit that is not positive, and for None if a limit is required.
    """

    frame_bytes: int = 64 * 1024
    """Maximum size of a frame of a client; a larger one closes the socket with 1009."""
    subscriptions: int | None = 256
    """Topics that one client may be subscribed to; beyond that, `too_many_subscriptions`."""
    subscriptions_bytes: int | None = 256 * 1024
    """Total size of the names of one client's topics in bytes; beyond that, `too_many_subscriptions`."""
    frames_per_second: float | None = 100.0
    """Sustained rate of frames of one client; beyond that, `rate_limited`."""
    frame_burst: int = 1_000
    """Frames that a client may send at once, before the rate applies."""
    bad_frames: int | None = 20
    """Consecutive frames that are answered with an error; the last one closes the socket with 1008."""
    clients: int | None = 20_000
    """Connected clients; further ones are refused with HTTP 503."""
    topics: int | None = 100_000
    """Topics with subscribers; beyond that, `too_many_subscriptions`."""
    lingering: int | None = 10_000
    """Topics without subscribers that live on for their history; beyond that, the oldest end."""
    topic_bytes: int = 4 * 1024
    """Maximum size of the name of a topic in bytes; beyond that, `invalid_payload`."""
    topics_bytes: int | None = 64 * 1024 * 1024
    """Total size of the names of all topics in bytes; beyond that, `too_many_subscriptions`."""
    outbox_bytes: int = 4 * 1024 * 1024
    """Total size of the frames that are queued for one client in bytes, for all its routes."""
    pending_updates: int = 10_000
    """Updates of other threads that wait for the event loop; beyond that, the oldest are dropped."""
    pending_bytes: int = 64 * 1024 * 1024
    """Total size of those updates in bytes; beyond that, the oldest are dropped."""
    heartbeat: float | None = None
    """Maximum silence of a client, which is closed with 3008 after that; `math.inf` means no limit. None means 45
    seconds on hypercorn and granian, which do not notice clients that vanish; other servers send pings."""
    lifespan: float | None = None
    """Maximum lifetime of a connection, which is closed with 1001 after that."""
    auth_timeout: float | None = 10.0
    """Maximum duration of `authenticate` and `authorize`; after that, the client is refused, or gets an error.
    Also that of `on_connect` and `on_disconnect`."""
    service_timeout: float | None = 60.0
    """Maximum duration of creating or removing a topic in a service, and of a command; then it has failed."""
    commands: int = 64
    """Commands of one client that may wait for their answers; beyond that, `unavailable`."""
    pending_commands: int = 10_000
    """Commands of all clients that may wait for their answers; beyond that, `unavailable`."""
    pending_commands_bytes: int = 64 * 1024 * 1024
    """Total size of the frames of those commands in bytes; beyond that, `unavailable`."""
    response_bytes: int = 256 * 1024
    """Maximum size of the response to a command in bytes; a larger one is a failure of the service."""
    idempotency: float = 600.0
    """How long the key of a command is remembered at least, after its answer."""
    keys: int | None = 100_000
    """Keys that one process remembers, or has put into a shared store; beyond that, `unavailable`."""
    keys_per_user: int | None = 10_000
    """Those of one user; beyond that, `unavailable`."""
    keys_bytes: int | None = 64 * 1024 * 1024
    """Total size of the answers that are kept for them in bytes; beyond that, `unavailable`."""
    close_timeout: float = 5.0
    """How long a client may take to read its close frame before its connection is dropped."""
    shutdown_timeout: float = 10.0
    """How long a shutdown waits for clients and producers before it gives up on them."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value is None and "None" not in str(field.type):
                raise ValueError(f"{field.name} must have a limit")
            if value is not None and not value > 0:
                raise ValueError(f"{field.name} must be positive, not {value}")

    def on(self, server: str) -> "Limits":
        """Return these limits with the defaults for `server`, the name of its package."""
        if self.heartbeat is None and server in _WITHOUT_PINGS:
            return _with_heartbeat(self)
        return self


_HEARTBEAT = 45.0
_WITHOUT_PINGS = ("hypercorn", "granian")


@lru_cache(maxsize=8)
def _with_heartbeat(limits: Limits) -> Limits:
    """Return the same object for all clients of an app."""
    return replace(limits, heartbeat=_HEARTBEAT)
