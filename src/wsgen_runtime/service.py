"""What a module supplies: the source of a route's updates."""

import inspect
from collections.abc import Awaitable
from typing import Any, Protocol

from wsgen_runtime.user_code.callbacks import require_callback


class TopicUpdate(Protocol):
    """What a service publishes with; any thread may call it, and after `remove_topic` it does nothing."""

    # The service knows its own data type; the router validates, so any value may be passed here.
    def __call__(self, data: Any, /) -> None:
        """Send an update to all subscribers.

        Raises pydantic.ValidationError for data of another type than the route's.
        """

    def end(self, reason: str = ...) -> None:
        """Say that no further updates come: after those sent so far, all subscriptions end with `reason`.

        Then `remove_topic` is called, and the next subscriber starts the topic again.
        """

    def fail(self, error: BaseException) -> None:
        """End as `end` does, because of `error`: it is logged and counted, and clients do not see it."""


class WsRouteService(Protocol):
    """Starts and stops the production of a topic's updates.

    `remove_topic` may be a plain function or a coroutine function. A service that guarantees the type of its
    updates may set `validate = False`: they are then serialised as they are.
    """

    async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
        """Start producing: called once, for the first subscriber of `topic`.

        `topic_update(data)` sends an update to all subscribers. Code that goes on producing after this has
        returned, such as a task, says with `topic_update.fail(error)` or `topic_update.end(reason)` that it has
        ended. An exception from here reaches the subscribers as an `internal` error frame.
        """

    def remove_topic(self, topic: str) -> Awaitable[None] | None:
        """Stop producing: called once, after the last subscriber of `topic` has gone or the topic has ended."""


def require_service(service: object) -> None:
    """Raise TypeError naming the method that `service` lacks, or whose calls would not run."""
    for method in ("create_topic", "remove_topic"):
        function = getattr(service, method, None)
        if not callable(function):
            raise TypeError(
                f"{type(service).__name__} cannot serve a route: it has no method {method}()"
            )
        if isinstance(service, type) and inspect.isfunction(
            inspect.getattr_static(service, method, None)
        ):
            name = service.__name__
            raise TypeError(
                f"{name} cannot serve a route: it is a class; use an instance, {name}()"
            )
        require_callback(method, function)
