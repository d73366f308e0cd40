"""What a service calls as `topic_update`: the producer's end of one topic."""

from collections.abc import Callable
from typing import NamedTuple

from wsgen_runtime.router import WsRouter

_ENDED = "The data source ended"
_FAILED = "The data source failed"


class Ending(NamedTuple):
    """That a producer has ended: why, for the subscribers, and the exception, for the log, if there is one."""

    reason: str
    error: BaseException | None = None


Post = Callable[["Feed", str, Ending | None], None]


class Feed:
    """Publishes updates of one topic; once ended or closed, it does nothing.

    Any thread may call it. Data is validated and serialised by the caller, so that a mistake is raised where it
    was made; the rest is the event loop's.
    """

    __slots__ = ("_ended", "_post", "_router")

    def __init__(self, router: WsRouter, post: Post) -> None:
        self._router = router
        self._post: Post | None = post
        self._ended = False

    def __call__(self, data: object) -> None:
        """Publish `data`; raises pydantic.ValidationError when it is of another type than the route's."""
        post = self._post
        if post is not None and not self._ended:
            post(self, self._router.encode(data), None)

    def end(self, reason: str = _ENDED) -> None:
        """Say that no further updates come: after those published so far, all subscriptions end with `reason`.

        The next subscriber starts the topic again. Raises ValueError for a reason that is not a text.
        """
        reason.encode()
        self._end(Ending(reason))

    def fail(self, error: BaseException) -> None:
        """End as `end` does, because of `error`: it is logged and counted, and clients do not see it."""
        self._end(Ending(_FAILED, error))

    @property
    def closed(self) -> bool:
        """Return whether the topic is produced no more."""
        return self._post is None

    def close(self) -> None:
        """Publish nothing from now on, whoever still holds this feed."""
        self._post = None

    def _end(self, ending: Ending) -> None:
        post = self._post
        if post is not None and not self._ended:
            self._ended = True
            post(self, "", ending)
