"""A WebSocket route that takes one type of request and sends one type of data."""

from typing import Generic, TypeVar

from pydantic import BaseModel

from .router_interface import WsRouterInterface

_TRequest = TypeVar("_TRequest", bound=BaseModel)
_TData = TypeVar("_TData", bound=BaseModel)


class WsRouter(WsRouterInterface, Generic[_TRequest, _TData]):
    """A route of typed requests and updates."""

    def topic(self, request: _TRequest) -> str:
        """Return the topic that `request` subscribes to."""
        return self._topic(request)

    def publish(self, request: _TRequest, data: _TData) -> None:
        """Send `data` to the subscribers of `request`, from any thread."""
        self._publish(request, data)
