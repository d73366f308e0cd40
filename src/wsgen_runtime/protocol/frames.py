"""Writes the frames that the server sends; `topic` is the key of a topic, of which clients see the name."""

from collections.abc import Mapping
from types import MappingProxyType

from pydantic_core import to_json

from wsgen_runtime.protocol.events import Fault, FrameId
from wsgen_runtime.protocol.payloads import (
    Authenticated,
    ErrorPayload,
    Notice,
    ServerHello,
    StatusPayload,
    Unsubscribed,
)
from wsgen_runtime.protocol.positions import Position
from wsgen_runtime.protocol.reasons import Reason
from wsgen_runtime.protocol.topic_names import name_of

PLAIN_PONG = "pong"
"""The answer to a plain `ping`, which is not JSON and which many libraries send as a heartbeat."""

_NOWHERE: Mapping[str, str | int | bool] = MappingProxyType({})


def subscribed_frame(
    route: str,
    topic: str,
    frame_id: FrameId,
    message: str = "Subscribed",
    *,
    position: Position | None = None,
    recovered: bool | None = None,
) -> str:
    """Return the answer to `subscribe`, with the position from which the topic goes on, if it has one."""
    kind = f"{route}.subscribe.response"
    return _answer(kind, topic, message, frame_id, _standing(position, recovered))


def reset_frame(route: str, topic: str, position: Position | None) -> str:
    """Return the notice that updates may have been missed, and from which position the topic goes on."""
    return _frame(f"{route}.reset", {"topic": name_of(topic), **_standing(position, False)})


def unsubscribed_frame(route: str, topic: str, frame_id: FrameId) -> str:
    """Return the answer to `unsubscribe`."""
    return _answer(f"{route}.unsubscribe.response", topic, "Unsubscribed", frame_id)


def cancelled_frame(route: str, topic: str, reason: Reason, *, coded: bool) -> str:
    """Return the notice that the server ended a subscription, with the code of the reason if `coded`."""
    name = name_of(topic)
    if coded:
        payload = Unsubscribed(
            topic=name, reason=reason, code=reason.code, retry_after=reason.retry_after
        )
    else:
        payload = Unsubscribed(topic=name, reason=reason)
    return _frame(f"{route}.unsubscribed", payload)


def error_frame(fault: Fault, *, greeted: bool = False) -> str:
    """Return the answer to a frame that cannot be served.

    After `hello` (`greeted`), it also says when asking again may help.
    """
    payload = ErrorPayload(
        code=fault.code,
        message=fault.message,
        details=fault.details,
        retry_after=fault.retry_after if greeted else None,
    )
    return _frame("error", payload, fault.id)


def hello_frame(hello: ServerHello, frame_id: FrameId) -> str:
    """Return the answer to `hello`."""
    return _frame("hello", hello, frame_id)


def command_frame(name: str, response: str, frame_id: FrameId) -> str:
    """Return the answer to the command `name`, with the JSON text `response`."""
    end = "" if frame_id is None else f',"id":{_json(frame_id)}'
    return f'{{"type":{_json(f"{name}.response")},"payload":{response}{end}}}'


def authenticated_frame(expires_in: float | None, frame_id: FrameId) -> str:
    """Return the answer to `authenticate`."""
    return _frame("authenticate", Authenticated(expires_in=expires_in), frame_id)


def notice_frame(notice: Notice) -> str:
    """Return a notice."""
    return _frame("notice", notice)


def status_frame(status: StatusPayload) -> str:
    """Return the notice that the connection of the broker was lost or restored."""
    return _frame("status", status)


def pong_frame(frame_id: FrameId) -> str:
    """Return the answer to `ping`."""
    return _frame("pong", None, frame_id)


def update_head(route: str, topic: str) -> str:
    """Return the part of an update frame before its data, which is the same for all updates of a topic."""
    return f'{{"type":{_json(f"{route}.update")},"payload":{{"topic":{_json(name_of(topic))},"payload":'


def update_frame(head: str, data: str, seq: int) -> str:
    """Return the update frame that carries the JSON text `data`."""
    return f'{head}{data}}},"seq":{seq}}}'


def snapshot_frame(route: str, topic: str, data: str, position: Position) -> str:
    """Return the frame of a state at `position`, which is the JSON text `data`."""
    kind, name, epoch = _json(f"{route}.snapshot"), _json(name_of(topic)), _json(position.epoch)
    payload = f'{{"topic":{name},"payload":{data},"epoch":{epoch}}}'
    return f'{{"type":{kind},"payload":{payload},"seq":{position.seq}}}'


def size_of(text: str) -> int:
    """Return the size of `text` in bytes. In a frame, each `"` and each backslash of a name takes one more."""
    return len(text) if text.isascii() else len(text.encode(errors="surrogatepass"))


def _answer(
    kind: str,
    topic: str,
    message: str,
    frame_id: FrameId,
    standing: Mapping[str, str | int | bool] = _NOWHERE,
) -> str:
    # A SubscriptionResponse, but without validation, since one is sent for every subscription.
    payload = {"status": "ok", "message": message, "topic": name_of(topic), **standing}
    return _frame(kind, payload, frame_id)


def _standing(position: Position | None, recovered: bool | None) -> dict[str, str | int | bool]:
    """Return the fields of a position and of `recovered` that there are."""
    standing: dict[str, str | int | bool] = {}
    if position is not None:
        standing = {"epoch": position.epoch, "seq": position.seq}
    if recovered is not None:
        standing["recovered"] = recovered
    return standing


def _frame(kind: str, payload: object, frame_id: FrameId = None) -> str:
    frame: dict[str, object] = {"type": kind}
    if payload is not None:
        frame["payload"] = payload
    if frame_id is not None:
        frame["id"] = frame_id
    return to_json(frame, exclude_none=True).decode()


def _json(value: object) -> str:
    return to_json(value).decode()
