"""What a service calls as `topic_update`: the producer's end of one topic."""

from collections.abc import Callable

from wsgen_runtime.router import WsRouter


class Feed:
    """Publishes updates of one topic; once closed, it does nothing.

    Any thread may call it. Data is validated and serialised by the caller, so that a mistake is raised where it
    was made; the rest is the event loop's.
    """

    __slots__ = ("_post", "_router")

    def __init__(self, router: WsRouter, post: Callable[["Feed", str], None]) -> None:
        self._router = router
        self._post: Callable[[Feed, str], None] | None = post

    def __call__(self, data: object) -> None:
        """Publish `data`; raises pydantic.ValidationError when it is of another type than the route's."""
        post = self._post
        if post is not None:
            post(self, self._router.encode(data))

    @property
    def closed(self) -> bool:
        """Return whether the topic is produced no more."""
        return self._post is None

    def close(self) -> None:
        """Publish nothing from now on, whoever still holds this feed."""
        self._post = None
