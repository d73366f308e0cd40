"""What all routers of a `ws.py` have in common: the runtime's router, typed by its own method."""

from collections.abc import Callable, Sequence
from typing import Any, get_type_hints

from wsgen_runtime import Delivery, Service, WsRouter

__all__ = ["Delivery", "Service", "WsRouterInterface"]


class WsRouterInterface(WsRouter):
    """A route whose request and data types are those of its method `publish`."""

    publish: Callable[..., None]

    def __init__(
        self,
        *,
        service: Service[Any, Any],  # each router names its own types
        route: str,
        tags: Sequence[str] = (),
        delivery: Delivery | None = None,
    ) -> None:
        types = get_type_hints(self.publish)
        super().__init__(
            service=service,
            route=route,
            tags=tags,
            request_type=types["request"],
            data_type=types["data"],
            delivery=delivery,
        )
