from .....x import y
from typing import Generic, TypeVar

_TRequest = TypeVar("_TRequest")
_TData = TypeVar("_TData")


class WsRouter(Generic[_TRequest, _TData]):
    """A generic router."""

    inner: 'WsRouter[int, _TData]'

    def publish(self, data: _TData) -> None: ...
