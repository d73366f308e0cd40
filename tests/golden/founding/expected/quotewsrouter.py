"""The generic WebSocket route.

WsRouter[_TRequest, _TData] is a template: the generator replaces _TRequest and _TData.
"""

import logging
from collections.abc import Callable
from typing import Any

from pydantic import TypeAdapter

from trading_api.models import (
    Quote,
    QuotesSubscriptionRequest,
    SubscriptionResponse,
    SubscriptionUpdate,
)
from trading_api.shared.ws.router_interface import WsRouterInterface, WsRouteService

_TDataStore = dict[str, int]  # _TData in a longer name stays as it is

logger = logging.getLogger(__name__)


class QuoteWsRouter(WsRouterInterface):
    """A route of _TData."""

    # _TData in a comment stays as it is.
    store: _TDataStore | None = None
    latest: dict[str, list[Quote]] | None = None
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
        self.adapter = TypeAdapter(Quote)
        self.listeners: "list[Callable[[Quote], Any]]" = []

        @self.send("subscribe")
        async def send_subscribe(payload: QuotesSubscriptionRequest, client: Any = None) -> SubscriptionResponse:
            """Subscribe to the data updates."""
            topic = self.topic(payload)
            await service.create_topic(topic, self.update)
            logger.debug("subscribed %s", topic)
            return SubscriptionResponse(status="ok", topic=topic)

        @self.send("unsubscribe")
        async def send_unsubscribe(payload: "QuotesSubscriptionRequest", client: Any = None) -> None:
            """Unsubscribe from the data updates."""
            service.remove_topic(self.topic(payload))

    def topic(self, request: QuotesSubscriptionRequest) -> str:
        """Return the topic of `request`."""
        return f"{self.route}:{request.model_dump_json()}"

    def update(self, data: Quote) -> "SubscriptionUpdate[Quote]":
        """Wrap `data`."""
        update: SubscriptionUpdate[Quote] = SubscriptionUpdate(topic=self.route, payload=data)
        for listener in self.listeners:
            listener(data)
        return update

    def chain(self, other: "QuoteWsRouter") -> "QuoteWsRouter":
        """Pass the updates on to `other`."""
        if isinstance(other, QuoteWsRouter):
            self.listeners.append(other.update)
        return self
