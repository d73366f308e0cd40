"""WsRouter: a route, the base class of generated routers."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from pydantic import BaseModel, TypeAdapter

from wsgen_runtime.brokers.labels import label_of
from wsgen_runtime.delivery import Delivery
from wsgen_runtime.protocol.distinct import require_distinct
from wsgen_runtime.protocol.finite import require_finite
from wsgen_runtime.protocol.topic_names import topic_name
from wsgen_runtime.service import WsRouteService, require_service

Publish = Callable[["WsRouter", str, object], None]


class WsRouter:
    """A route: its wire prefix, the types of its requests and data, and the service that produces the updates.

    Raises ValueError for an empty route, TypeError for a service that lacks a method, and TypeError for a request
    type of which different values have the same topic, such as one with a SecretStr.
    """

    def __init__(
        self,
        *,
        service: WsRouteService,
        route: str,
        request_type: type[BaseModel],
        data_type: Any,  # a type expression such as `Bar | None` has no common static type
        tags: Sequence[str] = (),
        delivery: Delivery | None = None,
        deprecated: bool = False,
    ) -> None:
        if not route:
            raise ValueError(f"{type(self).__name__}: the route must not be empty")
        require_service(service)
        require_distinct(request_type)
        self.service = service
        self.route = route
        self.tags = tuple(tags)
        self.request_type = request_type
        self.data_type = data_type
        self.delivery = delivery or Delivery()
        self.deprecated = deprecated
        self._adapter: TypeAdapter[Any] = TypeAdapter(data_type)
        self._validates = bool(getattr(service, "validate", True))
        self._publish_to: Publish | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}(route={self.route!r})"

    @cached_property
    def label(self) -> str:
        """Return the label of the updates for other processes: route, data type, digest of its schema."""
        return label_of(self.route, self.data_type, self._adapter)

    def encode(self, data: object) -> str:
        """Return `data` as JSON text; it is validated unless the service sets `validate = False`.

        Raises pydantic.ValidationError for data that does not have the type of the route, and for infinity and
        NaN, which JSON does not have.
        """
        adapter = self._adapter
        if self._validates:
            data = adapter.validate_python(data)
        text = adapter.dump_json(data, by_alias=True)
        if b"null" in text:
            value = adapter.dump_python(data, by_alias=True, mode="json")
            require_finite(value, text, self.route)
        return text.decode()

    def name_topic(self, request: BaseModel) -> str:
        """Return the name of the topic for `request`."""
        return topic_name(self.route, request)

    def bind(self, publish: Publish) -> None:
        """Publish by `publish` of an app; raises ValueError if this router belongs to an app already."""
        if self._publish_to is not None:
            raise ValueError(f"{self!r} already belongs to a WsApp; build another router")
        self._publish_to = publish

    def _topic(self, request: BaseModel) -> str:
        return self.name_topic(request)

    def _publish(self, request: BaseModel, data: object) -> None:
        if self._publish_to is None:
            raise RuntimeError(f"{self!r} belongs to no WsApp: pass it in `WsApp(routers=[...])`")
        self._publish_to(self, self.name_topic(request), data)
