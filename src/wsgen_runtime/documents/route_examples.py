"""Examples of the frames of a route and of a command, written by what the runtime writes them with."""

import json
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic_core import to_json

from wsgen_runtime.documents.model_examples import FAILURES, make_example
from wsgen_runtime.protocol.frames import (
    cancelled_frame,
    command_frame,
    reset_frame,
    snapshot_frame,
    subscribed_frame,
    unsubscribed_frame,
    update_frame,
    update_head,
)
from wsgen_runtime.protocol.no_request import NoRequest
from wsgen_runtime.protocol.positions import Position
from wsgen_runtime.protocol.reasons import Reason
from wsgen_runtime.protocol.topic_names import topic_name

# JSON whose structure is known.
Json = dict[str, Any]
Adapter = TypeAdapter[Any]  # a type expression has no common static type

_ENDED = Reason("Subscription no longer authorized", "unauthorized")
_EPOCH = "k3f9"


def asking_frames(route: str, request: BaseModel, asked: Json) -> dict[str, Json]:
    """Return the frames about a topic by their verb; `asked` is the part of a question that names it."""
    topic = topic_name(route, request)
    return {
        "subscribe": {"type": f"{route}.subscribe", **asked, "id": 1},
        "subscribe.response": json.loads(subscribed_frame(route, topic, 1)),
        "unsubscribe": {"type": f"{route}.unsubscribe", **asked, "id": 2},
        "unsubscribe.response": json.loads(unsubscribed_frame(route, topic, 2)),
    }


def update_of(route: str, request: BaseModel, data: str) -> Json:
    """Return the first update of a topic, with `data` in JSON."""
    topic = topic_name(route, request)
    frame: Json = json.loads(update_frame(update_head(route, topic), data, 1))
    return frame


def made_frames(
    route: str, request: BaseModel, asked: Json, data: Adapter | None, snapshot: Adapter | None
) -> dict[str, Json]:
    """Return all frames about a topic by their verb, except those whose data cannot be made."""
    try:
        topic = topic_name(route, request)
    except FAILURES:  # serialisers are user code
        return {}
    frames = asking_frames(route, request, asked)
    if data is not None and (text := made_text(data)):
        frames["update"] = update_of(route, request, text)
    if snapshot is not None and (text := made_text(snapshot)):
        frames["snapshot"] = json.loads(snapshot_frame(route, topic, text, Position(_EPOCH, 0)))
    frames["reset"] = json.loads(reset_frame(route, topic, Position(_EPOCH, 0)))
    frames["unsubscribed"] = json.loads(cancelled_frame(route, topic, _ENDED, coded=True))
    return frames


def made_request(request: Adapter | None) -> tuple[BaseModel, Json] | None:
    """Return a request and the part of a question that names it, None if none can be made.

    A route without a `request` asks for nothing.
    """
    if request is None:
        return NoRequest(), {}
    made = make_example(request)
    return (made.value, {"payload": made.given}) if made else None


def made_command(name: str, request: Adapter, response: Adapter) -> dict[str, Json]:
    """Return the question and the answer of a command by the names of their messages, if they can be made."""
    frames: dict[str, Json] = {}
    if made := make_example(request):
        frames[name] = {"type": name, "payload": made.given, "id": 1}
    if text := made_text(response):
        frames[f"{name}.response"] = json.loads(command_frame(name, text, 1))
    return frames


def made_text(adapter: Adapter) -> str:
    """Return an example as the runtime sends it, empty if there is none that is the same each time."""
    made = make_example(adapter)
    if made is None:
        return ""
    try:
        again = adapter.validate_json(to_json(made.given))
        texts = {adapter.dump_json(value, by_alias=True) for value in (made.value, again)}
    except FAILURES:  # validators and serialisers are user code
        return ""
    return texts.pop().decode() if len(texts) == 1 else ""
