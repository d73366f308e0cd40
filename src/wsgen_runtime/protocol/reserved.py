"""The names that frames of the protocol have, so that no route may have them."""

RESERVED = frozenset(
    [
        *("hello", "authenticate", "notice", "status", "error", "ping", "pong"),  # of no route
        *("subscribe", "unsubscribe", "response", "unsubscribed"),  # verbs of routes
        *("update", "snapshot", "reset", "presence"),
    ]
)


def is_reserved(route: str) -> bool:
    """Return whether the frames of `route` could be taken for others: its last part is a reserved name."""
    return route.rpartition(".")[2] in RESERVED
