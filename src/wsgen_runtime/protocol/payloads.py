"""The payloads of the frames that the server sends."""

from enum import StrEnum
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

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
    KEYS_UNAVAILABLE = "keys_unavailable"
    """The server cannot remember keys of commands, or not for this connection."""
    KEY_REUSED = "key_reused"
    """The key belongs to a command with another payload."""
    OUTCOME_UNKNOWN = "outcome_unknown"
    """The server that carried out the command stopped before it answered; the command is not done again."""
    UNAVAILABLE = "unavailable"
    """The server cannot do this now, and has done nothing."""
    RATE_LIMITED = "rate_limited"
    """The client sends too fast, and the frame was ignored."""
    UNEXPECTED_HELLO = "unexpected_hello"
    """The client sent `hello` after another frame, or a second time."""
    INTERNAL = "internal"
    """An internal error occurred; the log of the server has the reason."""


class _Payload(BaseModel):
    """A frozen payload."""

    model_config = ConfigDict(frozen=True, defer_build=True)


class SubscriptionResponse(_Payload):
    """The answer to `subscribe` and `unsubscribe`.

    After `hello`, the answer to `subscribe` has the position before the first update that follows, where the
    topic has one, and, if the client has named its own position, whether every update after that follows.
    """

    status: Literal["ok"]
    message: str
    topic: str
    epoch: str | None = None
    seq: int | None = None
    recovered: bool | None = None


class SubscriptionUpdate(_Payload, Generic[TData]):
    """One update of a topic."""

    topic: str
    payload: TData


class SnapshotUpdate(_Payload, Generic[TData]):
    """The state of a topic after the update whose number the frame has."""

    topic: str
    payload: TData
    epoch: str


class Reset(_Payload):
    """Updates may have been missed: the position from which the topic goes on, as in an answer to `subscribe`."""

    topic: str
    epoch: str | None = None
    seq: int | None = None
    recovered: Literal[False] = False


class Unsubscribed(_Payload):
    """A subscription that the server ended.

    After `hello`, it has a code, and `retry_after` in seconds where asking again may help.
    """

    topic: str
    reason: str
    code: str | None = None
    retry_after: float | None = None


class ErrorDetail(_Payload):
    """One error in a frame: where (`loc`, from the root of the frame), the message, and pydantic's error type."""

    loc: tuple[str | int, ...]
    message: str
    type: str


class ErrorPayload(_Payload):
    """Why a frame was not served: a code of `ErrorCode`, or one of a service; `retry_after` is in seconds."""

    code: str
    message: str
    details: tuple[ErrorDetail, ...] = ()
    retry_after: float | None = None


class ClientHello(_Payload):
    """What a client sends first, to say which features it knows; unknown ones are ignored."""

    version: Literal[1]
    features: tuple[str, ...] = ()


class ServerLimits(_Payload):
    """The limits that a client must keep; one that is absent is not limited. Times are in seconds."""

    frames_per_second: float | None
    frame_burst: int
    subscriptions: int | None
    heartbeat: float | None
    idempotency: float


class ServerHello(_Payload):
    """The answer to `hello`: what the server can do, a digest of its document, and its limits."""

    version: Literal[1] = 1
    features: tuple[str, ...]
    contract: str
    limits: ServerLimits


class ClientToken(_Payload):
    """The new token of a client, with which it authenticates again."""

    token: str = Field(min_length=1, max_length=8_192, pattern="^[!-~]+$")


class Authenticated(_Payload):
    """The answer to `authenticate`: for how many seconds the token is valid; absent if it does not expire."""

    expires_in: float | None = None


class Notice(_Payload):
    """What the server tells a client: `authentication_expires`, in so many seconds."""

    code: str
    message: str
    expires_in: float | None = None


class StatusPayload(_Payload):
    """Whether updates of other processes reach this one; sent when that changes."""

    broker: Literal["connected", "disconnected"]
