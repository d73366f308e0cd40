"""Whether one more subscription exceeds what one client, or all clients together, may make the server keep."""

from collections.abc import Hashable
from typing import TypeVar

from wsgen_runtime.limits import Limits
from wsgen_runtime.protocol.topic_names import size_of
from wsgen_runtime.topics.subscriptions import TopicIndex

M = TypeVar("M", bound=Hashable)
T = TypeVar("T")

_MOST_UNANSWERED = 16
"""Questions of one client for one topic that may wait until the topic begins; each is kept with its id."""


def excess_of(topics: TopicIndex[M, T], member: M, topic: str, limits: Limits) -> str | None:
    """Return why `member` may not subscribe to `topic`, as a message for the client, or None if it may."""
    if topics.holds(topic, member):
        if topics.unanswered(topic, member) >= _MOST_UNANSWERED:
            return "Too many questions wait for the start of this topic"
        return None
    size = size_of(topic)
    if _exceeds(topics.count_of(member), 1, limits.subscriptions):
        return f"Subscription limit reached: {limits.subscriptions}"
    if _exceeds(topics.size_of(member), size, limits.subscriptions_bytes):
        return f"Subscription limit reached: {limits.subscriptions_bytes} bytes of topic names"
    if topic not in topics and (
        _exceeds(len(topics), 1, limits.topics) or _exceeds(topics.size, size, limits.topics_bytes)
    ):
        return "Topic limit of the server reached"
    return None


def _exceeds(present: int, more: int, bound: int | None) -> bool:
    return bound is not None and present + more > bound
