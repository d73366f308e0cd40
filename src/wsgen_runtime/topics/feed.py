"""Feeds: the `topic_update` with which a service publishes the updates of one topic."""

from collections.abc import Callable
from typing import NamedTuple

from wsgen_runtime.router import WsRouter

_ENDED = "The data source ended"
_FAILED = "The data source failed"


class Ending(NamedTuple):
    """The end of a producer: the reason for the subscribers, and the exception for the log, if any."""

    reason: str
    error: BaseException | None = None


class Posted(NamedTuple):
    """An update as JSON text. If the `feed` that it comes from is closed meanwhile, the update is dropped.

    With an `ending`, it is the end of the feed and not an update.
    """

    topic: str
    data: str
    feed: "Feed | None"
    ending: Ending | None = None


class Feed:
    """Publishes updates of one topic; does nothing after its end.

    Any thread may call it. The data is validated and serialised in that thread, so that an error is raised where
    it was made; everything else happens on the event loop.
    """

    __slots__ = ("_ended", "_post", "_router", "_topic")

    def __init__(self, router: WsRouter, topic: str, post: Callable[[Posted], None]) -> None:
        self._router = router
        self._topic = topic
        self._post: Callable[[Posted], None] | None = post
        self._ended = False

    def __call__(self, data: object) -> None:
        """Publish `data`; raises pydantic.ValidationError if it does not have the data type of the route."""
        post = self._post
        if post is not None and not self._ended:
            post(Posted(self._topic, self._router.encode(data), self))

    def end(self, reason: str = _ENDED) -> None:
        """End the topic: after the updates published so far, all subscriptions end with `reason`.

        The next subscriber starts the topic again. Raises ValueError for a reason that is not a text.
        """
        reason.encode()
        self._end(Ending(reason))

    def fail(self, error: BaseException) -> None:
        """End as `end` does, because of `error`: it is logged and counted, and clients do not see it."""
        self._end(Ending(_FAILED, error))

    @property
    def closed(self) -> bool:
        """Return whether the feed was closed."""
        return self._post is None

    def close(self) -> None:
        """Ignore all further calls, by whoever still holds this feed."""
        self._post = None

    def _end(self, ending: Ending) -> None:
        post = self._post
        if post is not None and not self._ended:
            self._ended = True
            post(Posted(self._topic, "", self, ending))
