"""The generic WebSocket route.

WsRouter[_TRequest, _TData] is a template: the generator replaces _TRequest and _TData.
"""

import logging
from collections.abc import Callable
from typing import Any

from pydantic import TypeAdapter

from trading_api.models import (
    Position,
    PositionsSubscriptionRequest,
    SubscriptionResponse,
    SubscriptionUpdate,
)
from trading_api.shared.ws.router_interface import WsRouterInterface, WsRouteService

_TDataStore = dict[str, int]  # _TData in a longer name stays as it is

logger = logging.getLogger(__name__)


class PositionWsRouter(WsRouterInterface):
    """A route of _TData."""

    # _TData in a comment stays as it is.
    store: _TDataStore | None = None
    latest: dict[str, list[Position]] | None = None
    label = "WsRouter of _TData"

    def __init__(
        self,
        *,
        route: str = "",
        tags: list[str] | None = None,
        service: WsRouteService,
    ) -> None:
        """Register the operations."""
        super().__init__(prefix=f"{route}.", tags=tags)
        self.route = route
        self.service = service
        self.adapter = TypeAdapter(Position)
        self.listeners: "list[Callable[[Position], Any]]" = []

        @self.send("subscribe")
        async def send_subscribe(payload: PositionsSubscriptionRequest, client: Any = None) -> SubscriptionResponse:
            """Subscribe to the data updates."""
            topic = self.topic(payload)
            await service.create_topic(topic, self.update)
            logger.debug("subscribed %s", topic)
            return SubscriptionResponse(status="ok", topic=topic)

        @self.send("unsubscribe")
        async def send_unsubscribe(payload: "PositionsSubscriptionRequest", client: Any = None) -> None:
            """Unsubscribe from the data updates."""
            service.remove_topic(self.topic(payload))

    def topic(self, request: PositionsSubscriptionRequest) -> str:
        """Return the topic of `request`."""
        return f"{self.route}:{request.model_dump_json()}"

    def update(self, data: Position) -> "SubscriptionUpdate[Position]":
        """Wrap `data`."""
        update: SubscriptionUpdate[Position] = SubscriptionUpdate(topic=self.route, payload=data)
        for listener in self.listeners:
            listener(data)
        return update

    def chain(self, other: "PositionWsRouter") -> "PositionWsRouter":
        """Pass the updates on to `other`."""
        if isinstance(other, PositionWsRouter):
            self.listeners.append(other.update)
        return self
