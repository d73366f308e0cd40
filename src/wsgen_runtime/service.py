"""Services: what a module implements to produce the updates of a route."""

import inspect
from collections.abc import Awaitable
from typing import Any, Protocol

from wsgen_runtime.user_code.callbacks import require_callback


class TopicUpdate(Protocol):
    """Publishes updates of a topic. Any thread may call it; after `remove_topic` it does nothing."""

    # Any: the service knows its data type, and the router validates the value.
    def __call__(self, data: Any, /) -> None:
        """Send an update to all subscribers.

        Raises pydantic.ValidationError for data that does not have the type of the route.
        """

    def end(self, reason: str = ...) -> None:
        """End the topic: after the updates sent so far, all subscriptions end with `reason`.

        Then `remove_topic` is called, and the next subscriber starts the topic again.
        """

    def fail(self, error: BaseException) -> None:
        """End the topic because of `error`, which is logged and counted, and not shown to clients."""


class WsRouteService(Protocol):
    """Starts and stops the production of a topic's updates.

    `remove_topic` may be a plain function or a coroutine function. A service that guarantees the type of its
    updates may set `validate = False`, so that they are serialized without validation.
    """

    async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
        """Start producing: called once, for the first subscriber of `topic`.

        `topic_update(data)` sends an update to all subscribers. Code that produces after this has returned,
        such as a task, calls `topic_update.fail(error)` or `topic_update.end(reason)` when it ends. If this
        method raises an exception, the subscribers get an `internal` error frame.
        """

    def remove_topic(self, topic: str) -> Awaitable[None] | None:
        """Stop producing: called once, after the last subscriber has left or the topic has ended."""


def require_service(service: object) -> None:
    """Raise TypeError if `service` lacks a method, or a call of a method would not run it."""
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
