from typing import Generic, ParamSpec, TypeVar

_TRequest = TypeVar("_TRequest")
_TData = ParamSpec("_TData")


class WsRouter(Generic[_TRequest, _TData]):
    """A generic router."""

    def publish(self, data: _TData) -> None: ...
