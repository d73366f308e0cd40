"""The generic WebSocket route.

WsRouter[_TRequest, _TData] is a template: the generator replaces _TRequest and _TData.
"""

import logging
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, TypeAdapter

from trading_api.models import SubscriptionResponse, SubscriptionUpdate

from .router_interface import WsRouteService, WsRouterInterface

_TRequest = TypeVar("_TRequest", bound=BaseModel)
_TData = TypeVar("_TData", bound=BaseModel)

_TDataStore = dict[str, int]  # _TData in a longer name stays as it is

logger = logging.getLogger(__name__)


class WsRouter(WsRouterInterface, Generic[_TRequest, _TData]):
    """A route of _TData."""

    # _TData in a comment stays as it is.
    store: _TDataStore | None = None
    latest: dict[str, list[_TData]] | None = None
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
        self.adapter = TypeAdapter(_TData)
        self.listeners: "list[Callable[[_TData], Any]]" = []

        @self.send("subscribe")
        async def send_subscribe(payload: _TRequest, client: Any = None) -> SubscriptionResponse:
            """Subscribe to the data updates."""
            topic = self.topic(payload)
            await service.create_topic(topic, self.update)
            logger.debug("subscribed %s", topic)
            return SubscriptionResponse(status="ok", topic=topic)

        @self.send("unsubscribe")
        async def send_unsubscribe(payload: "_TRequest", client: Any = None) -> None:
            """Unsubscribe from the data updates."""
            service.remove_topic(self.topic(payload))

    def topic(self, request: _TRequest) -> str:
        """Return the topic of `request`."""
        return f"{self.route}:{request.model_dump_json()}"

    def update(self, data: _TData) -> "SubscriptionUpdate[_TData]":
        """Wrap `data`."""
        update: SubscriptionUpdate[_TData] = SubscriptionUpdate(topic=self.route, payload=data)
        for listener in self.listeners:
            listener(data)
        return update

    def chain(self, other: "WsRouter[_TRequest, _TData]") -> "WsRouter[_TRequest, _TData]":
        """Pass the updates on to `other`."""
        if isinstance(other, WsRouter):
            self.listeners.append(other.update)
        return self
