"""What all routers have in common."""

from collections.abc import Callable
from typing import Any, Protocol


class WsRouteService(Protocol):
    """Where updates come from."""

    async def create_topic(self, topic: str, topic_update: Callable[[Any], Any]) -> None:
        """Start the updates of a topic."""

    def remove_topic(self, topic: str) -> None:
        """Stop them."""


class WsRouterInterface:
    """The base of routers."""

    def __init__(self, *, prefix: str, tags: list[str] | None = None) -> None:
        self.prefix = prefix
        self.tags = tags or []
        self.routes: dict[str, Callable[..., Any]] = {}

    def send(self, name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register a handler of messages from clients."""

        def register(handler: Callable[..., Any]) -> Callable[..., Any]:
            self.routes[self.prefix + name] = handler
            return handler

        return register
