from typing import Generic, TypeVar

_TRequest = TypeVar("_TRequest")
_TData = TypeVar("_TData")


class Bar: ...


class BarWsRouter: ...


class WsRouter(Generic[_TRequest, _TData]):
    """A generic router."""

    def publish(self, data: _TData) -> None: ...
