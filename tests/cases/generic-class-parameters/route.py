from typing import Generic, TypeVar

_TRequest = TypeVar("_TRequest")
_TData = TypeVar("_TData")
_TMore = TypeVar("_TMore")


class WsRouter(Generic[_TRequest, _TData, _TMore]):
    """A generic router."""

    def publish(self, data: _TData) -> None: ...
