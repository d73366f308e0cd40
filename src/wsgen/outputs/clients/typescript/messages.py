"""Read what is in the messages and operations of a document: schemas, texts, errors and examples."""

from collections.abc import Iterator
from typing import NamedTuple

from wsgen.outputs.clients.contract import Json, Route
from wsgen.outputs.clients.typescript.references import resolved


class Slot(NamedTuple):
    """A schema, and where in the document it is."""

    schema: object
    route: Route


class Message(NamedTuple):
    """A message, and where it is."""

    value: Json
    route: Route


def frame_of(document: Json, message: Message) -> tuple[object, Route]:
    """Return the schema of a message's frame, and where it is."""
    schema, route = resolved(document, message.value.get("payload"), (*message.route, "payload"))
    if isinstance(schema, dict) and "schemaFormat" in schema and "schema" in schema:
        schema, route = resolved(document, schema["schema"], (*route, "schema"))
    return schema, route


def inner_payload(document: Json, message: Message) -> Slot:
    """Return the payload in the payload of a message."""
    frame, route = frame_of(document, message)
    outer = property_of(frame, route, "payload")
    schema, place = resolved(document, outer.schema, outer.route)
    return property_of(schema, place, "payload")


def property_of(schema: object, route: Route, name: str) -> Slot:
    """Return the schema of a property, which takes any value if `schema` says nothing of it."""
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if isinstance(properties, dict) and name in properties:
        return Slot(properties[name], (*route, "properties", name))
    return Slot(True, route)


def texts_of(item: Json) -> Json:
    """Return the summary and the description of a message or operation, and whether it is deprecated."""
    found = {key: item[key] for key in ("summary", "description") if isinstance(item.get(key), str)}
    if item.get("deprecated") is True or item.get("x-deprecated") is True:
        found["deprecated"] = True
    return found


def requests_in(message: Json) -> Iterator[object]:
    """Yield the requests in the examples of a message."""
    listed = message.get("examples")
    for example in listed if isinstance(listed, list) else ():
        frame = example.get("payload") if isinstance(example, dict) else None
        if isinstance(frame, dict) and "payload" in frame:
            yield frame["payload"]


def errors_of(operation: Json) -> dict[str, str]:
    """Return what each error code means that an operation declares."""
    errors = operation.get("x-errors")
    listed = errors.items() if isinstance(errors, dict) else ()
    return {str(code): text if isinstance(text, str) else "" for code, text in listed}
