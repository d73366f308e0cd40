"""A WebSocket route that takes one type of request and sends one type of data."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from pydantic import BaseModel

from .router_interface import Delivery, Service, WsRouterInterface

_TRequest = TypeVar("_TRequest", bound=BaseModel)
_TData = TypeVar("_TData", bound=BaseModel)


class WsRouter(WsRouterInterface, Generic[_TRequest, _TData]):
    """A route of typed requests and updates."""

    def __init__(
        self,
        *,
        service: Service[_TRequest, _TData],
        route: str,
        tags: Sequence[str] = (),
        delivery: Delivery | None = None,
    ) -> None:
        super().__init__(service=service, route=route, tags=tags, delivery=delivery)

    def topic(self, request: _TRequest) -> str:
        """Return the topic that `request` subscribes to."""
        return self._topic(request)

    def publish(self, request: _TRequest, data: _TData) -> None:
        """Send `data` to the subscribers of `request`, from any thread."""
        self._publish(request, data)
