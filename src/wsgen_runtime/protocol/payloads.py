"""The payloads of the frames that the server sends."""

from enum import StrEnum
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

TData = TypeVar("TData")


class ErrorCode(StrEnum):
    """What went wrong with a client's frame."""

    INVALID_JSON = "invalid_json"
    """The frame is not a JSON object in a text frame."""
    UNKNOWN_TYPE = "unknown_type"
    """`type` is missing or names nothing the server knows."""
    INVALID_PAYLOAD = "invalid_payload"
    """`payload` or `id` has the wrong form; `details` says where."""
    NOT_SUBSCRIBED = "not_subscribed"
    """The client asked to leave a topic it is not subscribed to."""
    UNAUTHORIZED = "unauthorized"
    """The client may not subscribe to this topic."""
    TOO_MANY_SUBSCRIPTIONS = "too_many_subscriptions"
    """The client, or the server, has as many topics as it may have."""
    RATE_LIMITED = "rate_limited"
    """The frame came too fast and was not read."""
    INTERNAL = "internal"
    """The server failed; its log says why."""


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
    """One finding in a frame: where (`loc`, from the frame's root), what, and pydantic's error type."""

    loc: tuple[str | int, ...]
    message: str
    type: str


class ErrorPayload(_Payload):
    """Why a frame was not served."""

    code: ErrorCode
    message: str
    details: tuple[ErrorDetail, ...] = ()


class StatusPayload(_Payload):
    """Whether updates from other processes reach this one; sent when that changes."""

    broker: Literal["connected", "disconnected"]
