"""Services: what a module implements to produce the updates of a route.

A service is a stream, an object with a stream, or the pair `create_topic` and `remove_topic`. A generated router
names the type of its service with its own request, data and snapshot, so that type checkers refuse a service that
produces something else. Parameters of services may have any names.
"""

from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, Self, TypeAlias, TypeVar

from pydantic import BaseModel

_Asked_co = TypeVar("_Asked_co", bound=BaseModel, covariant=True)
_Request = TypeVar("_Request", bound=BaseModel, contravariant=True)
_Accepted = TypeVar("_Accepted", contravariant=True)
_Data = TypeVar("_Data", covariant=True)
_State = TypeVar("_State", covariant=True)


class Topic(str, Generic[_Asked_co]):
    """The name of a topic, which knows the `request` that it answers and the `route` that it belongs to.

    Two topics that have the same name, since None and "" in a request are named alike, are not equal.
    """

    __slots__ = ("_key", "request", "route")

    request: _Asked_co
    route: str
    _key: str

    def __new__(cls, name: str, request: _Asked_co, route: str, key: str = "") -> Self:
        """Return the topic called `name`; `key` is another text if other topics have this name too."""
        topic = super().__new__(cls, name)
        topic.request = request
        topic.route = route
        topic._key = key or name
        return topic

    def __eq__(self, other: object) -> bool:
        """Return whether `other` is this topic, or the name of this topic."""
        if isinstance(other, Topic):
            return bool(self._key == other._key)
        return str.__eq__(self, other) if isinstance(other, str) else NotImplemented

    __hash__ = str.__hash__

    def __ne__(self, other: object) -> bool:
        """Return whether `other` is another topic."""
        return not self == other

    def __reduce__(self) -> tuple[type[Self], tuple[str, _Asked_co, str, str]]:
        """Return how to make a copy."""
        return type(self), (str(self), self.request, self.route, self._key)


@dataclass(frozen=True, slots=True)
class Snapshot(Generic[_State]):
    """The whole state of a topic after all earlier updates, which a stream of a snapshot route may yield."""

    state: _State


class TopicUpdate(Protocol):
    """Publishes updates of a topic. Any thread may call it; after `remove_topic` it does nothing."""

    # Any: the service knows its data type, and the router validates the value.
    def __call__(self, data: Any, /) -> None:
        """Send an update to all subscribers.

        Raises pydantic.ValidationError for data that does not have the type of the route.
        """

    def end(self, reason: str = ...) -> None:
        """End the topic: after the updates sent so far, all subscriptions end with `reason`.

        Then `remove_topic` is called, and the next subscriber starts the topic again.
        """

    def fail(self, error: BaseException) -> None:
        """End the topic because of `error`, which is logged and counted, and not shown to clients."""


class TypedTopicUpdate(TopicUpdate, Protocol[_Accepted]):
    """A TopicUpdate that names the type of the data, so that type checkers check what is published."""

    def __call__(self, data: _Accepted, /) -> None:
        """Send an update to all subscribers."""


class WsRouteService(Protocol):
    """Starts and stops the production of a topic's updates, of any type.

    `remove_topic` may be a plain function or a coroutine function. A service that guarantees the type of its
    updates may set `validate = False`, so that they are serialized without validation.
    """

    async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
        """Start producing: called once, for the first subscriber of `topic`.

        `topic_update(data)` sends an update to all subscribers. Code that produces after this has returned,
        such as a task, calls `topic_update.fail(error)` or `topic_update.end(reason)` when it ends. If this
        method raises an exception, the subscribers get an `internal` error frame.
        """

    def remove_topic(self, topic: str) -> Awaitable[None] | None:
        """Stop producing: called once, after the last subscriber has left or the topic has ended."""


class TopicService(Protocol[_Request, _Data]):
    """A WsRouteService that names the types of its requests and data."""

    def create_topic(
        self, topic: Topic[_Request], topic_update: TypedTopicUpdate[_Data], /
    ) -> Awaitable[None]:
        """Start producing: called once, for the first subscriber of `topic`."""
        ...

    def remove_topic(self, topic: Topic[_Request], /) -> Awaitable[None] | None:
        """Stop producing: called once, after the last subscriber has left or the topic has ended."""


class SnapshotTopicService(TopicService[_Request, _Data], Protocol[_Request, _Data, _State]):
    """A TopicService of a snapshot route."""

    def snapshot(self, request: _Request, /) -> Awaitable[_State]:
        """Return the whole state as of when this returns."""
        ...


class SnapshotTopicServiceWithoutRequest(TopicService[BaseModel, _Data], Protocol[_Data, _State]):
    """A TopicService of a snapshot route that has no request."""

    def snapshot(self) -> Awaitable[_State]:
        """Return the whole state as of when this returns."""
        ...


class Stream(Protocol[_Request, _Data]):
    """A function that produces the updates of a request, such as an async generator function."""

    def __call__(self, request: _Request, /) -> AsyncIterator[_Data]:
        """Return the updates; the iterator is closed when nobody listens any more."""
        ...


class StreamWithoutRequest(Protocol[_Data]):
    """A function that produces the updates of a route that has no request."""

    def __call__(self) -> AsyncIterator[_Data]:
        """Return the updates; the iterator is closed when nobody listens any more."""
        ...


class StreamObject(Protocol[_Request, _Data]):
    """An object whose method `stream` produces the updates of a request."""

    def stream(self, request: _Request, /) -> AsyncIterator[_Data]:
        """Return the updates; the iterator is closed when nobody listens any more."""
        ...


class StreamObjectWithoutRequest(Protocol[_Data]):
    """An object whose method `stream` produces the updates of a route that has no request."""

    def stream(self) -> AsyncIterator[_Data]:
        """Return the updates; the iterator is closed when nobody listens any more."""
        ...


class SnapshotObject(Protocol[_Request, _Data, _State]):
    """An object that produces the updates of a request, and its state."""

    def stream(self, request: _Request, /) -> AsyncIterator[_Data | Snapshot[_State]]:
        """Return the updates; the iterator is closed when nobody listens any more."""
        ...

    def snapshot(self, request: _Request, /) -> Awaitable[_State]:
        """Return the whole state as of when this returns."""
        ...


class SnapshotObjectWithoutRequest(Protocol[_Data, _State]):
    """An object that produces the updates of a route that has no request, and its state."""

    def stream(self) -> AsyncIterator[_Data | Snapshot[_State]]:
        """Return the updates; the iterator is closed when nobody listens any more."""
        ...

    def snapshot(self) -> Awaitable[_State]:
        """Return the whole state as of when this returns."""
        ...


Service: TypeAlias = (
    Stream[_Request, _Data] | StreamObject[_Request, _Data] | TopicService[_Request, _Data]
)
"""`Service[Request, Data]`: the services of a route."""

ServiceWithoutRequest: TypeAlias = (
    StreamWithoutRequest[_Data] | StreamObjectWithoutRequest[_Data] | TopicService[BaseModel, _Data]
)
"""`ServiceWithoutRequest[Data]`: the services of a route that has no request."""

SnapshotService: TypeAlias = (
    SnapshotObject[_Request, _Data, _State] | SnapshotTopicService[_Request, _Data, _State]
)
"""`SnapshotService[Request, Data, State]`: the services of a snapshot route."""

SnapshotServiceWithoutRequest: TypeAlias = (
    SnapshotObjectWithoutRequest[_Data, _State] | SnapshotTopicServiceWithoutRequest[_Data, _State]
)
"""`SnapshotServiceWithoutRequest[Data, State]`: the services of a snapshot route that has no request."""

AnyService: TypeAlias = (
    Service[Any, Any]
    | ServiceWithoutRequest[Any]
    | SnapshotService[Any, Any, Any]
    | SnapshotServiceWithoutRequest[Any, Any]
)
"""A service of any route."""
