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
from wsgen_runtime.user_code.callbacks import WrongAnswerError, require_answer
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
    """What the client has asked for, by the topic that `authorize` has allowed; some may have ended since."""
    _served: dict[str, str] = field(default_factory=dict)
    """The topics that are served, by those that were asked for, where `authorize` has named another one."""

    async def serve(self, asked: WsRouter | Command, request: BaseModel) -> BaseModel | None:
        """Return the request to serve, or None if `authorize` refuses; raises what it raises.

        It is `request` itself if `authorize` has not returned another one.
        """
        if self.authorize is None:
            return request
        try:
            within = self.limits.auth_timeout
            while True:
                user = self.client.user
                answer = await call(self.authorize, user, asked, request, within=within)
                if user is self.client.user:  # a renewal may have changed it
                    break
            answer = require_answer(answer, asked.request_type)
        except (RefusedError, HTTPException, WebSocketException):
            return None
        except WrongAnswerError as error:
            self.log.note(f"authorize {error}; what was asked is refused")
            return None
        if isinstance(answer, BaseModel):
            return answer.model_copy()  # it may be `request`, changed
        return request if answer is True else None

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

    def grant(self, topic: str, router: WsRouter, request: BaseModel, asked: str) -> None:
        """Note that the client subscribes to `topic`, which it has `asked` for, to be checked by a renewal."""
        if self.authorize is None:
            return
        held = self.topics.held_by(self.client).names
        if len(self._granted) > 2 * len(held) + 8:
            self._granted = {name: it for name, it in self._granted.items() if name in held}
        self._granted[topic] = router, request
        self._served.pop(asked, None)
        if asked == topic:
            return
        if len(self._served) > 2 * len(held) + 8:
            self._served = {name: it for name, it in self._served.items() if it in held}
        if len(self._served) > 2 * len(held) + 8:  # a client may have many names for one topic
            del self._served[next(iter(self._served))]
        self._served[asked] = topic

    def served_for(self, asked: str) -> str:
        """Return the topic that the client got by asking for `asked`, which may be the same."""
        return self._served.get(asked, asked)

    def withdraw(self, topic: str) -> None:
        """Note that the client is no longer subscribed to `topic`."""
        self._granted.pop(topic, None)
        if self._served:
            self._served = {asked: it for asked, it in self._served.items() if it != topic}


def _exceeds(present: int, more: int, bound: int | None) -> bool:
    return bound is not None and present + more > bound
