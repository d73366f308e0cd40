"""What all routers have in common."""

from typing import Generic, TypeVar

from .base import Base

_TRequest = TypeVar("_TRequest")
_TData = TypeVar("_TData")


class WsRouter(Base, Generic[_TRequest, _TData]):
    """Sends updates."""

    def publish(self, request: _TRequest, data: _TData) -> None:
        """Send `data`, which the subscribers of `request` get, whoever of them is there now."""
        lambda_of_all = lambda topic: topic
        self.send(lambda_of_all(str(request)), data.price)

    def pair(self, one: "WsRouter[_TRequest, _TData]", other: _TData) -> dict[str, _TData]:
        """Return both."""
        return {str(one): other}
