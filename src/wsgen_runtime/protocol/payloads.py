"""The payloads of the frames that the server sends."""

from enum import StrEnum
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

TData = TypeVar("TData")


class ErrorCode(StrEnum):
    """Why a frame was not served."""

    INVALID_JSON = "invalid_json"
    """The frame is not a JSON object in a text frame."""
    UNKNOWN_TYPE = "unknown_type"
    """`type` is missing, or the server does not know it."""
    INVALID_PAYLOAD = "invalid_payload"
    """`payload` or `id` has the wrong form; `details` says where."""
    NOT_SUBSCRIBED = "not_subscribed"
    """The client unsubscribed from a topic that it is not subscribed to."""
    UNAUTHORIZED = "unauthorized"
    """The client may not subscribe to this topic."""
    TOO_MANY_SUBSCRIPTIONS = "too_many_subscriptions"
    """The client or the server has reached its limit of topics."""
    RATE_LIMITED = "rate_limited"
    """The client sends too fast, and the frame was ignored."""
    INTERNAL = "internal"
    """An internal error occurred; the log of the server has the reason."""


class _Payload(BaseModel):
    """A frozen payload."""

    model_config = ConfigDict(frozen=True)


class SubscriptionResponse(_Payload):
    """The answer to `subscribe` and `unsubscribe`."""

    status: Literal["ok"]
    message: str
    topic: str


class SubscriptionUpdate(_Payload, Generic[TData]):
    """One update of a topic."""

    topic: str
    payload: TData


class Unsubscribed(_Payload):
    """A subscription that the server ended."""

    topic: str
    reason: str


class ErrorDetail(_Payload):
    """One error in a frame: where (`loc`, from the root of the frame), the message, and pydantic's error type."""

    loc: tuple[str | int, ...]
    message: str
    type: str


class ErrorPayload(_Payload):
    """Why a frame was not served."""

    code: ErrorCode
    message: str
    details: tuple[ErrorDetail, ...] = ()


class StatusPayload(_Payload):
    """Whether updates of other processes reach this one; sent when that changes."""

    broker: Literal["connected", "disconnected"]
