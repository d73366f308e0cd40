"""One topic's way from its producer to the hub: what a service calls as `topic_update`."""

from collections.abc import Callable

from wsgen_runtime.frames import update_frame, update_head
from wsgen_runtime.router import WsRouter


class Feed:
    """The producer's end of a topic. Calling it publishes an update; once closed, it does nothing.

    Any thread may call it. Data is validated and serialised by the caller, so that a mistake is raised where it
    was made; the rest is the event loop's.
    """

    __slots__ = ("_head", "_post", "_router", "_seq", "topic")

    def __init__(self, router: WsRouter, topic: str, post: Callable[["Feed", str], None]) -> None:
        self.topic = topic
        self._router = router
        self._head = update_head(router.route, topic)
        self._seq = 0
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

    def frame(self, data: str) -> str:
        """Return the next update frame, with the JSON text `data`."""
        self._seq += 1
        return update_frame(self._head, data, self._seq)

    def skip(self) -> None:
        """Count an update that is lost: a gap in `seq` shows it to the clients."""
        self._seq += 1
