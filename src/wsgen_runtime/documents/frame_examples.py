"""Gives each message of a document an example, a whole frame: the project's own, or one made from its models."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import to_json

from wsgen_runtime.documents.document_references import name_in
from wsgen_runtime.documents.model_examples import FAILURES
from wsgen_runtime.documents.route_examples import (
    asking_frames,
    made_command,
    made_frames,
    made_request,
    update_of,
)
from wsgen_runtime.documents.shared_examples import shared_examples
from wsgen_runtime.protocol.no_request import NoRequest

# JSON whose structure is known.
Json = dict[str, Any]
Adapter = TypeAdapter[Any]  # a type expression has no common static type
AdapterOf = Callable[[Json], Adapter | None]

EXAMPLES = "x-python-examples"
_SUBSCRIBE = ".subscribe"
_NO_REQUEST: Adapter = TypeAdapter(NoRequest)


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
    """Give examples to the messages of `document`; return those of its operations that their models refuse.

    `source` is the same document with its slots, and `adapter_of` returns the type adapter of a slot, None for
    other schemas. The examples of an operation become examples of its messages: a request stays as it is written,
    and data is written as it is sent, with its defaults. One that its model refuses is left out. A message
    without any gets one that is made from the models, if that is possible.
    """
    refused: list[RefusedExample] = []
    components = document.get("components") or {}
    for operation in (document.get("operations") or {}).values():
        given = operation.pop(EXAMPLES, [])
        channel = document["channels"][name_in(operation["channel"]["$ref"])]
        of_channel = [components["messages"][key] for key in channel["messages"]]
        named = {message["name"]: message for message in of_channel}
        messages = _Messages(named, source["components"]["schemas"], adapter_of)
        name = components["messages"][name_in(operation["messages"][0]["$ref"])]["name"]
        if name.endswith(_SUBSCRIBE):
            route = _Route(messages, channel.get("x-module", ""), name.removesuffix(_SUBSCRIBE))
            refused += route.put(given)
        else:
            request, response = messages.type_of(name), messages.type_of(f"{name}.response")
            if request is not None and response is not None:
                messages.put_missing(made_command(name, request, response))
    for name, frame in shared_examples().items():
        for message in (components.get("messages") or {}).values():
            if message["name"] == name:
                message.setdefault("examples", [{"payload": frame}])
    return refused


def drop_examples(document: Json) -> None:
    """Remove the examples of the operations in `document`."""
    for operation in (document.get("operations") or {}).values():
        operation.pop(EXAMPLES, None)


@dataclass(frozen=True, slots=True)
class _Messages:
    """The messages of a channel by their names, the schemas of their frames, and the types in these."""

    named: Mapping[str, Json]
    schemas: Json
    adapter_of: AdapterOf

    def type_of(self, name: str) -> Adapter | None:
        """Return the type of what the message of this `name` is about, None if it has none."""
        payload = self._frame(name)["properties"].get("payload") if name in self.named else None
        if payload is not None and "$ref" in payload:  # with a topic beside the data
            payload = self.schemas[name_in(payload["$ref"])].get("properties", {}).get("payload")
        return None if payload is None else self.adapter_of(payload)

    def needs_payload(self, name: str) -> bool:
        """Return whether the frame of the message of this `name` has a payload in any case."""
        return "payload" in self._frame(name)["required"]

    def put(self, name: str, frame: Json, texts: Json) -> None:
        """Add an example to the message of this `name`, if the channel has it."""
        # The project's own class may serve the route, and not all of its answers are known.
        if name in self.named:
            known = self._frame(name)["properties"]
            kept = {key: value for key, value in frame.items() if key in known}
            self.named[name].setdefault("examples", []).append({**texts, "payload": kept})

    def put_missing(self, frames: Mapping[str, Json]) -> None:
        """Add examples to those messages that have none."""
        for name, frame in frames.items():
            if "examples" not in self.named.get(name, {}):
                self.put(name, frame, {})

    def _frame(self, name: str) -> Json:
        frame: Json = self.schemas[name_in(self.named[name]["payload"]["$ref"])]
        return frame


@dataclass(frozen=True, slots=True)
class _Route:
    """A `route` of a module, whose frames are among `messages`."""

    messages: _Messages
    module: str
    route: str

    def put(self, given: list[Json]) -> list[RefusedExample]:
        """Put the examples that are `given`, and make those that are missing; return those that are refused."""
        question = f"{self.route}{_SUBSCRIBE}"
        request = None
        if self.messages.needs_payload(question):
            request = self.messages.type_of(question)
            if request is None:
                return []
        data = self.messages.type_of(f"{self.route}.update")
        refused: list[RefusedExample] = []
        first: tuple[BaseModel, Json] | None = None
        for index, example in enumerate(given):
            at = (self.module, self.route, index)
            asked = {"payload": example["request"]}
            found, value = _checked(at, "request", request or _NO_REQUEST, example["request"])
            text = ""
            if "data" in example and data is not None:
                problems, sent = _checked(at, "data", data, example["data"])
                found += problems
                text = "" if problems else data.dump_json(sent, by_alias=True).decode()
            refused += found
            if not found:
                first = first or (value, asked)
                frames = asking_frames(self.route, value, asked)
                if text:
                    frames["update"] = update_of(self.route, value, text)
                texts: Json = {key: example[key] for key in ("name", "summary") if key in example}
                for verb, frame in frames.items():
                    self.messages.put(f"{self.route}.{verb}", frame, texts)
        if made := first or made_request(request):
            snapshot = self.messages.type_of(f"{self.route}.snapshot")
            frames = made_frames(self.route, *made, data, snapshot)
            self.messages.put_missing({f"{self.route}.{verb}": frames[verb] for verb in frames})
        return refused


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
    except FAILURES as error:  # validators are user code
        return [RefusedExample(*at, part, (), f"{type(error).__name__}: {error}")], None
