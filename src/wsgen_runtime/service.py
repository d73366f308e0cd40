"""What a module supplies: the source of a route's updates."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from wsgen_runtime.callbacks import require_callback

# The service knows its own data type; the router validates, so any value may be passed here.
TopicUpdate = Callable[[Any], None]


class WsRouteService(Protocol):
    """Starts and stops the production of a topic's updates.

    `remove_topic` may be a plain function or a coroutine function. A service that guarantees the type of its
    updates may set `validate = False`: they are then serialised as they are.
    """

    async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
        """Start producing: called once, for the first subscriber of `topic`.

        `topic_update(data)` sends an update to all subscribers; any thread may call it, and after
        `remove_topic` it does nothing. It raises pydantic.ValidationError for data of another type than the
        route's. An exception from here reaches the subscribers as an `internal` error frame.
        """

    def remove_topic(self, topic: str) -> Awaitable[None] | None:
        """Stop producing: called once, after the last subscriber of `topic` has gone."""


def require_service(service: object) -> None:
    """Raise TypeError naming the method that `service` lacks, or whose calls would not run."""
    for method in ("create_topic", "remove_topic"):
        function = getattr(service, method, None)
        if not callable(function):
            raise TypeError(
                f"{type(service).__name__} cannot serve a route: it has no method {method}()"
            )
        require_callback(method, function)
