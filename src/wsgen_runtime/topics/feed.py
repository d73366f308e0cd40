"""Feeds: the `topic_update` with which a service publishes the updates of one topic."""

from collections.abc import Callable
from typing import Literal, NamedTuple

from wsgen_runtime.errors import reason_of, sound
from wsgen_runtime.protocol.reasons import ENDED, Reason
from wsgen_runtime.router import WsRouter
from wsgen_runtime.service import Snapshot
from wsgen_runtime.topics.interval import Pace


class Ending(NamedTuple):
    """The end of a producer: the reason for the subscribers, and the exception for the log, if any."""

    reason: Reason
    error: BaseException | None = None


class Posted(NamedTuple):
    """An update as JSON text. If the `feed` that it comes from is closed meanwhile, the update is dropped.

    With an `ending`, it is the end of the feed and not an update. From a feed with a `pace`, it says that an
    update waits there. With a `state`, it is the state of the topic and not an update: one that the service was
    asked for, or that its stream has yielded.
    """

    topic: str
    data: str
    feed: "Feed | None"
    ending: Ending | None = None
    state: Literal["called", "yielded"] | None = None

    @property
    def droppable(self) -> bool:
        """Return whether this is an update or a state, which is lost alone, and does not start a pace."""
        return self.ending is None and (self.feed is None or self.feed.pace is None)


class Feed:
    """Publishes updates of one topic; does nothing after its end.

    Any thread may call it. The data is validated and serialised in that thread, so that an error is raised where
    it was made; everything else happens on the event loop.
    """

    __slots__ = ("_ended", "_post", "_router", "_topic", "_yields", "pace")

    def __init__(self, router: WsRouter, topic: str, post: Callable[[Posted], None]) -> None:
        self._router = router
        self._topic = topic
        self._post: Callable[[Posted], None] | None = post
        self._ended = False
        self._yields = router.snapshot_type is not None
        interval = router.delivery.interval
        self.pace = Pace(topic, interval) if interval is not None else None
        """What keeps the newest update until its interval is over, if the route has one."""

    def __call__(self, data: object) -> None:
        """Publish `data`; raises pydantic.ValidationError if it does not have the data type of the route.

        On a snapshot route, a `Snapshot` is the whole state after all earlier updates.
        """
        self.post(data)

    def post(self, data: object) -> int:
        """Publish `data` as a call does, and return its size in characters of JSON."""
        post, pace = self._post, self.pace
        if post is None or self._ended:
            return 0
        if self._yields and isinstance(data, Snapshot):
            state = self._router.encode_snapshot(data.state)
            post(Posted(self._topic, state, self, state="yielded"))
            return len(state)
        text = self._router.encode(data)
        if pace is None:
            post(Posted(self._topic, text, self))
        elif pace.put(text):
            post(Posted(self._topic, "", self))
        return len(text)

    def end(self, reason: str = ENDED) -> None:
        """End the topic: after the updates published so far, all subscriptions end with `reason`.

        The next subscriber starts the topic again. Raises ValueError for a reason that is not a text.
        """
        reason.encode()
        self._end(Ending(Reason.of(reason)))

    def fail(self, error: BaseException) -> None:
        """End as `end` does, because of `error`: it is logged and counted, and clients do not see it.

        A `ServiceError` is not logged, and clients get its message and its code.
        """
        error = sound(error)
        self._end(Ending(reason_of(error), error))

    @property
    def closed(self) -> bool:
        """Return whether the feed was closed."""
        return self._post is None

    def close(self) -> None:
        """Publish an update that waits, and ignore all further calls by whoever still holds this feed."""
        if self.pace is not None:
            self.pace.flush()
        self._post = None

    def _end(self, ending: Ending) -> None:
        post = self._post
        if post is not None and not self._ended:
            self._ended = True
            post(Posted(self._topic, "", self, ending))
