"""Turns the examples of a route, a request and its data, into examples of its messages as complete frames."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from wsgen_runtime.documents.document_references import name_in
from wsgen_runtime.protocol.frames import (
    subscribed_frame,
    unsubscribed_frame,
    update_frame,
    update_head,
)
from wsgen_runtime.protocol.topic_names import topic_name

# JSON whose structure is known.
Json = dict[str, Any]
AdapterOf = Callable[[Json], TypeAdapter[Any] | None]  # a type expression has no common static type

EXAMPLES = "x-python-examples"
_SUBSCRIBE = ".subscribe"


@dataclass(frozen=True, slots=True)
class RefusedExample:
    """An example of a module that its model refuses: its `part` ("request" or "data"), and where in it."""

    module: str
    route: str
    index: int
    part: str
    loc: tuple[str | int, ...]
    text: str


def put_examples(document: Json, source: Json, adapter_of: AdapterOf) -> list[RefusedExample]:
    """Replace the examples of operations in `document` by examples of their messages; return those refused.

    `source` is the same document with its slots, and `adapter_of` returns the type adapter of a slot. An example
    that its model refuses is left out. A request stays as it is written; data is written as it is sent, with its
    defaults.
    """
    refused: list[RefusedExample] = []
    for operation in (document.get("operations") or {}).values():
        given = operation.pop(EXAMPLES, None)
        if not given:
            continue
        channel = name_in(operation["channel"]["$ref"])
        messages = document["components"]["messages"]
        module = document["channels"][channel].get("x-module", channel)
        of_channel = [messages[key] for key in document["channels"][channel]["messages"]]
        by_name = {message["name"]: message for message in of_channel}
        route = messages[name_in(operation["messages"][0]["$ref"])]["name"].removesuffix(_SUBSCRIBE)
        request = adapter_of(_content(source, by_name[f"{route}{_SUBSCRIBE}"]))
        update = _content(source, by_name[f"{route}.update"])
        data = adapter_of(_schema(source, update)["properties"]["payload"])
        if request is None or data is None:
            continue
        for index, example in enumerate(given):
            at = (module, route, index)
            frames, found = _frames(at, example, request, data)
            refused.extend(found)
            texts = {key: example[key] for key in ("name", "summary") if key in example}
            for verb, frame in frames.items():
                message = by_name.get(f"{route}.{verb}")
                if message is None:
                    continue  # The project's own class serves the route, and its answers are not known.
                known = _schema(source, message["payload"])["properties"]
                frame = {key: value for key, value in frame.items() if key in known}
                message.setdefault("examples", []).append({**texts, "payload": frame})
    return refused


def _schema(document: Json, reference: Json) -> Json:
    """Return the schema that `reference` names."""
    schema: Json = document["components"]["schemas"][name_in(reference["$ref"])]
    return schema


def _content(document: Json, message: Json) -> Json:
    """Return the schema of the payload in the frame of `message`."""
    content: Json = _schema(document, message["payload"])["properties"]["payload"]
    return content


def _frames(
    at: tuple[str, str, int], example: Json, request: TypeAdapter[Any], data: TypeAdapter[Any]
) -> tuple[dict[str, Json], list[RefusedExample]]:
    """Return the frames of one example by their verb, which follows the route in their type."""
    _, route, _ = at
    asked = example["request"]
    found, made = _checked(at, "request", request, asked)
    update = None
    if "data" in example:
        problems, value = _checked(at, "data", data, example["data"])
        found.extend(problems)
        update = None if problems else data.dump_json(value, by_alias=True).decode()
    if found:
        return {}, found
    topic = topic_name(route, made)
    frames: dict[str, Json] = {
        "subscribe": {"type": f"{route}.subscribe", "payload": asked, "id": 1},
        "subscribe.response": json.loads(subscribed_frame(route, topic, 1)),
        "unsubscribe": {"type": f"{route}.unsubscribe", "payload": asked, "id": 2},
        "unsubscribe.response": json.loads(unsubscribed_frame(route, topic, 2)),
    }
    if update is not None:
        frames["update"] = json.loads(update_frame(update_head(route, topic), update, 1))
    return frames, []


def _checked(
    at: tuple[str, str, int], part: str, adapter: TypeAdapter[Any], value: object
) -> tuple[list[RefusedExample], Any]:  # Any: the adapter determines the type
    try:
        return [], adapter.validate_json(to_json(value))
    except ValidationError as error:
        return [
            RefusedExample(*at, part, item["loc"], item["msg"])
            for item in error.errors(include_url=False, include_context=False, include_input=False)
        ], None
    except Exception as error:  # validators are user code
        return [RefusedExample(*at, part, (), f"{type(error).__name__}: {error}")], None
