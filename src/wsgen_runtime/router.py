"""WsRouter: a route, the base class of generated routers."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any, ClassVar

from pydantic import BaseModel, TypeAdapter

from wsgen_runtime.brokers.labels import label_of
from wsgen_runtime.delivery import Delivery
from wsgen_runtime.history import History
from wsgen_runtime.protocol.distinct import nullable_fields, require_distinct
from wsgen_runtime.protocol.finite import require_finite
from wsgen_runtime.protocol.no_request import NoRequest
from wsgen_runtime.protocol.request_models import require_model
from wsgen_runtime.protocol.reserved import is_reserved
from wsgen_runtime.protocol.topic_names import topic_key, topic_name
from wsgen_runtime.service import AnyService
from wsgen_runtime.user_code.service_shapes import require_service

Publish = Callable[["WsRouter", str, object], None]

CONTRACT_2 = 2
"""The contract with generated code that names the types of services; see `wsgen_runtime.__getattr__`."""


class WsRouter:
    """A route: its wire prefix, the types of its requests and data, and the service that produces the updates.

    - `request_type=None`: there is nothing to ask, and the route has one topic.
    - `snapshot_type` is the type of the state that each subscriber gets before the updates.
    - `history` is what is kept of each topic for clients that come back, and `replay` the number of updates of it
      that a new subscriber gets at once.
    - `published=True`: there is no service, and all updates come from `publish`, in any process.
    - `errors` are the codes of the `ServiceError`s that the service raises, for the documents.

    Raises ValueError for an empty or reserved route and for options that contradict each other, TypeError for a
    service that lacks a method, for a request type that is not a pydantic model, and for one of which different
    values have the same topic, such as one with a SecretStr.
    """

    contract: ClassVar[int] = 1
    """The contract with the runtime that the class was generated for."""

    def __init__(
        self,
        *,
        service: AnyService | None = None,
        route: str,
        request_type: type[BaseModel] | None,
        data_type: Any,  # a type expression such as `Bar | None` has no common static type
        tags: Sequence[str] = (),
        delivery: Delivery | None = None,
        deprecated: bool = False,
        snapshot_type: Any = None,  # as `data_type`
        history: History | None = None,
        replay: int = 0,
        published: bool = False,
        errors: Sequence[str] = (),
    ) -> None:
        if not route:
            raise ValueError(f"{type(self).__name__}: the route must not be empty")
        if is_reserved(route):
            raise ValueError(
                f"{type(self).__name__}: the route {route!r} has a reserved name of the protocol; use another one"
            )
        if request_type is not None:
            require_model(type(self).__name__, request_type)
        if service is not None:
            require_service(service, asks=request_type is not None, state=snapshot_type is not None)
        self.service: Any = service  # of whichever form; it is adapted where topics start
        self.route = route
        self.tags = tuple(tags)
        self.has_request = request_type is not None
        self.request_type: type[BaseModel] = request_type or NoRequest
        self.data_type = data_type
        self.delivery = delivery or Delivery()
        self.deprecated = deprecated
        self.snapshot_type = snapshot_type
        self.history = history
        self.replay = replay
        self.published = published
        self.errors = tuple(errors)
        self._require_consistent()
        require_distinct(self.request_type)
        self._nullable = nullable_fields(self.request_type)
        self._adapter: TypeAdapter[Any] = TypeAdapter(data_type)
        self._states: TypeAdapter[Any] | None = None
        if snapshot_type is not None:
            self._states = TypeAdapter(snapshot_type)
        self._validates = bool(getattr(service, "validate", True))
        self._publish_to: Publish | None = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}(route={self.route!r})"

    @property
    def kept(self) -> bool:
        """Return whether a broker between processes must number the updates, since clients can resume."""
        return self.history is not None or self.snapshot_type is not None

    @property
    def lives_by_publishing(self) -> bool:
        """Return whether an update is kept also if its topic has no subscribers."""
        return self.published and self.history is not None

    @cached_property
    def label(self) -> str:
        """Return the label of the updates for other processes: route, data type, digest of its schema."""
        return label_of(self.route, self.data_type, self._adapter)

    def encode(self, data: object) -> str:
        """Return `data` as JSON text; it is validated unless the service sets `validate = False`.

        Raises pydantic.ValidationError for data that does not have the type of the route, and for infinity and
        NaN, which JSON does not have.
        """
        return self._encode(self._adapter, data)

    def encode_snapshot(self, state: object) -> str:
        """Return `state` as JSON text, as `encode` does; raises TypeError if the route has no snapshot."""
        if self._states is None:
            raise TypeError(f"{self!r} has no snapshot")
        return self._encode(self._states, state)

    def _encode(self, adapter: TypeAdapter[Any], data: object) -> str:
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

    def key_topic(self, request: BaseModel) -> str:
        """Return the key of the topic for `request`: its name, unless another topic has that name too."""
        return topic_key(self.name_topic(request), request, self._nullable)

    def bind(self, publish: Publish) -> None:
        """Publish by `publish` of an app; raises ValueError if this router belongs to an app already."""
        if self._publish_to is not None:
            raise ValueError(
                f"{self!r} already belongs to a WsApp or a Publisher; build another router"
            )
        self._publish_to = publish

    def unbind(self) -> None:
        """Belong to no app any more."""
        self._publish_to = None

    def _topic(self, request: BaseModel | None = None) -> str:
        return self.name_topic(self._asked(request))

    def _asked(self, request: BaseModel | None) -> BaseModel:
        """Return the request; raises TypeError for one of another type, whose topic nobody can have."""
        if request is None and not self.has_request:
            return NoRequest()
        if not isinstance(request, self.request_type):
            needed, given = self.request_type.__qualname__, type(request).__qualname__
            raise TypeError(f"{self!r} needs a request of the type `{needed}`, not `{given}`")
        return request

    def _publish(self, request: BaseModel | None, data: object) -> None:
        if self._publish_to is None:
            raise RuntimeError(f"{self!r} belongs to no WsApp: pass it in `WsApp(routers=[...])`")
        if self.snapshot_type is not None:
            raise RuntimeError(
                f"{self!r} has a snapshot: only its service publishes, since each update must be in its states"
            )
        self._publish_to(self, self.key_topic(self._asked(request)), data)

    def _require_consistent(self) -> None:
        """Raise ValueError, with all reasons, for options that contradict each other."""
        delivery, snapshots = self.delivery, self.snapshot_type is not None
        wrong = [
            reason
            for applies, reason in (
                (
                    self.published and self.service is not None,
                    "a published route has no service: its updates come from `publish`",
                ),
                (
                    not self.published and self.service is None,
                    "it needs a service; a route without one is declared with `source: published`",
                ),
                (
                    self.published and snapshots,
                    "a published route has no service that could make a snapshot",
                ),
                (
                    self.published and delivery.interval is not None,
                    "a published route has no producer whose updates an interval could space",
                ),
                (
                    snapshots and delivery.interval is not None,
                    "the updates of a route with a snapshot are changes, of which an interval would omit some",
                ),
                (
                    snapshots and delivery.overflow == "latest",
                    "the updates of a route with a snapshot are changes, of which `latest` would omit some",
                ),
                (
                    snapshots and self.replay > 0,
                    "a new subscriber of a route with a snapshot gets the snapshot, not a replay",
                ),
                (self.replay < 0, f"replay must not be negative, as {self.replay} is"),
                (
                    self.replay > 0 and self.history is None,
                    "updates are replayed from the history: it needs one",
                ),
                (
                    self.history is not None and self.replay > self.history.updates,
                    "replay is larger than the history",
                ),
            )
            if applies
        ]
        if wrong:
            raise ValueError(f"{self!r}: {'; '.join(wrong)}")


def by_route(routers: Iterable[WsRouter]) -> dict[str, WsRouter]:
    """Return the routers by their routes.

    Raises ValueError for two routers of the same route, and TypeError for anything but routers.
    """
    if isinstance(routers, WsRouter):
        raise TypeError(f"routers must be a list of routers: use [{routers!r}]")
    found: dict[str, WsRouter] = {}
    for router in routers:
        if isinstance(router, type):
            raise TypeError(f"{router.__name__} is a class: use {router.__name__}(service=...)")
        if not isinstance(router, WsRouter):
            raise TypeError(f"routers must be generated ones, not {router!r}")
        other = found.setdefault(router.route, router)
        if other is not router:
            raise ValueError(f"two routers have the route {router.route!r}: {other!r}, {router!r}")
    return found


def bind_all(routers: Iterable[WsRouter], publish: Publish) -> None:
    """Bind all routers, or none: raises ValueError if one of them belongs to an app already."""
    bound: list[WsRouter] = []
    try:
        for router in routers:
            router.bind(publish)
            bound.append(router)
    except ValueError:
        for router in bound:
            router.unbind()
        raise
