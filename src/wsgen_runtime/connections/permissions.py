"""Decides what a client may subscribe to, by `authorize` and the limits."""

from dataclasses import dataclass, field
from typing import NamedTuple

from pydantic import BaseModel
from starlette.exceptions import HTTPException, WebSocketException

from wsgen_runtime.auth import Authorize, RefusedError
from wsgen_runtime.command import Command
from wsgen_runtime.limits import Limits
from wsgen_runtime.outgoing.client import Client
from wsgen_runtime.protocol.events import Question
from wsgen_runtime.protocol.frames import size_of
from wsgen_runtime.router import WsRouter
from wsgen_runtime.topics.subscriptions import TopicIndex
from wsgen_runtime.user_code.callbacks import WrongAnswerError, require_bool
from wsgen_runtime.user_code.calls import call
from wsgen_runtime.user_code.failure_log import FailureLog

_MOST_UNANSWERED = 16
"""Requests of one client for one topic that may wait for its start; the id of each is kept."""


class Excess(NamedTuple):
    """A limit that a subscription would exceed, as a message for the client.

    `retry_after` is in seconds; None if only the client can change it.
    """

    message: str
    retry_after: float | None = None


@dataclass(slots=True, eq=False)
class Permissions:
    """The permissions of one client, and the subscriptions that `authorize` has allowed."""

    client: Client
    topics: TopicIndex[Client, Question]
    limits: Limits
    authorize: Authorize | None
    log: FailureLog
    _granted: dict[str, tuple[WsRouter, BaseModel]] = field(default_factory=dict)
    """What `authorize` has allowed; topics that have ended since may still be here."""

    async def allow(self, router: WsRouter | Command, request: BaseModel) -> bool:
        """Return whether `authorize`, if there is one, allows this; raises what it raises."""
        if self.authorize is None:
            return True
        try:
            within = self.limits.auth_timeout
            while True:
                user = self.client.user
                answer = await call(self.authorize, user, router, request, within=within)
                if user is self.client.user:  # a renewal may have changed it
                    return require_bool(answer)
        except (RefusedError, HTTPException, WebSocketException):
            return False
        except WrongAnswerError as error:
            self.log.note(f"authorize {error}; what was asked is refused")
            return False

    def excess(self, topic: str) -> Excess | None:
        """Return which limit a subscription to `topic` would exceed, or None."""
        topics, limits = self.topics, self.limits
        held = topics.held_by(self.client)
        if topic in held.names:
            if topics.unanswered(topic, self.client) >= _MOST_UNANSWERED:
                return Excess("Too many pending subscriptions to this topic", 1.0)
            return None
        size = size_of(topic)
        if _exceeds(len(held.names), 1, limits.subscriptions):
            return Excess(f"Subscription limit reached: {limits.subscriptions}")
        if _exceeds(held.size, size, limits.subscriptions_bytes):
            size_limit = f"{limits.subscriptions_bytes} bytes of topic names"
            return Excess(f"Subscription limit reached: {size_limit}")
        if topic not in topics and (
            _exceeds(len(topics), 1, limits.topics)
            or _exceeds(topics.size, size, limits.topics_bytes)
        ):
            return Excess("Server topic limit reached", 5.0)
        return None

    def granted(self) -> tuple[tuple[str, WsRouter, BaseModel], ...]:
        """Return the topics that were granted, each with its router and its request."""
        return tuple((topic, *it) for topic, it in self._granted.items())

    def grant(self, topic: str, router: WsRouter, request: BaseModel) -> None:
        """Note that the client subscribes to `topic`, which a renewal is to check again."""
        if self.authorize is None:
            return
        held = self.topics.held_by(self.client).names
        if len(self._granted) > 2 * len(held) + 8:
            self._granted = {name: it for name, it in self._granted.items() if name in held}
        self._granted[topic] = router, request

    def withdraw(self, topic: str) -> None:
        """Note that the client is no longer subscribed to `topic`."""
        self._granted.pop(topic, None)


def _exceeds(present: int, more: int, bound: int | None) -> bool:
    return bound is not None and present + more > bound
