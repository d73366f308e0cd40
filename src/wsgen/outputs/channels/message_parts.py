"""What messages are made of: their frames, the slots of their payloads, and common fields.

A slot stands for the schema of a payload, see `wsgen.outputs.channels.stub`. A named schema becomes a component
of the document, and each of its uses a reference.
"""

from collections.abc import Mapping
from types import MappingProxyType

from wsgen.model import TypeRef

# A part of a document.
Json = dict[str, object]

_CORRELATION: Json = {"location": "$message.payload#/id"}
TOPIC: Json = {
    "type": "string",
    "description": "The route and the request's parameters: `route:{...}`.",
}

RETRY_AFTER: Json = {
    "type": "number",
    "description": "The seconds after which asking again may help; absent if it will not, and without `hello`.",
}


def filled(fields: Json) -> Json:
    """Return `fields` without empty ones, which documents do not contain."""
    return {key: value for key, value in fields.items() if value}


def tags_of(tags: tuple[str, ...]) -> list[Json]:
    """Return `tags` as AsyncAPI has them, each once."""
    return [{"name": tag} for tag in dict.fromkeys(tags)]


def message_of(identifier: str, name: str, frame: Json, **more: object) -> Json:
    """Return the message of the frame that is called `name` on the wire; `more` are its further fields.

    Empty ones of these are left out.
    """
    properties = frame["properties"]
    correlated = isinstance(properties, dict) and "id" in properties
    return filled(
        {
            "name": name,
            "title": f"{identifier}Message",
            **more,
            "contentType": "application/json",
            "correlationId": _CORRELATION if correlated else None,
            "payload": named(f"{identifier}Frame", frame),
        }
    )


class _Named(dict[str, object]):
    """A schema that becomes a component; its title is its key."""


def named(title: str, schema: Json) -> Json:
    """Return a schema that becomes the component `title` of the document, see `lifted`."""
    return _Named({"title": title, **schema})


def lifted(node: object, schemas: Json) -> object:
    """Return `node` with a reference in place of each named schema, which is put into `schemas`."""
    if isinstance(node, _Named):
        title = str(node["title"])
        if title not in schemas:
            schemas[title] = (
                None  # components stand in the order of their first use, each before what it uses
            )
            schemas[title] = {key: lifted(value, schemas) for key, value in node.items()}
        return {"$ref": f"#/components/schemas/{title}"}
    if isinstance(node, dict):
        return {key: lifted(value, schemas) for key, value in node.items()}
    if isinstance(node, list):
        return [lifted(item, schemas) for item in node]
    return node


def slot(ref: TypeRef, mode: str) -> Json:
    """Return the slot for the schema of a type, as pydantic has it in this `mode`."""
    return {"x-python-type": str(ref), "x-python-mode": mode}


def asked_id(identifier: str) -> Json:
    """Return the schema of the `id` of a question whose answer has this identifier.

    The text of each `id` is another one: tools that move equal parts of a document fail at alternatives.
    """
    text = f"Any value; `{identifier}Frame` carries the same."
    return {
        "anyOf": [{"type": "integer"}, {"type": "string"}, {"type": "null"}],
        "description": text,
    }


def asked(
    kind: str,
    payload: Json | None = None,
    more: Mapping[str, object] = MappingProxyType({}),
    *,
    answer: str,
) -> Json:
    """Return the schema of a frame of type `kind` that clients send; `answer` is the identifier of its answer."""
    return envelope_of(kind, payload, {"id": asked_id(answer), **more}, {})


def asked_nothing(
    kind: str, _: None, more: Mapping[str, object] = MappingProxyType({}), *, answer: str
) -> Json:
    """Return the schema of a frame of type `kind` of a route that has no request."""
    nothing: Json = {
        "anyOf": [{"type": "object", "maxProperties": 0}, {"type": "null"}],
        "description": f"`{kind}` asks for nothing.",
    }
    return envelope_of(kind, None, {"payload": nothing, "id": asked_id(answer), **more}, {})


def answered(kind: str, payload: Json | None = None, *, question: str) -> Json:
    """Return the schema of a frame of type `kind` that answers the one with the identifier `question`."""
    of = f"the `{question}Frame`" if question else "the frame"
    text = f"The `id` of {of} that this answers; absent if that had none."
    echoed: Json = {"anyOf": [{"type": "integer"}, {"type": "string"}], "description": text}
    return envelope_of(kind, payload, {"id": echoed}, {})


def sent(kind: str, payload: Json, **required: Json) -> Json:
    """Return the schema of a frame of type `kind` that the server sends by itself."""
    return envelope_of(kind, payload, {}, required)


def envelope_of(
    kind: str, payload: Json | None, optional: Json, required: Mapping[str, object]
) -> Json:
    """Return the schema of a frame of type `kind`, with its payload and further properties."""
    parts: Json = {"type": {"type": "string", "const": kind}}
    if payload is not None:
        parts["payload"] = payload
    parts |= required
    return {"type": "object", "properties": {**parts, **optional}, "required": list(parts)}


class _Optional(dict[str, object]):
    """The schema of a property that may be absent."""


def optional(schema: Json) -> Json:
    """Return the schema of a property that may be absent, for `object_of`."""
    return _Optional(schema)


def object_of(**properties: Json) -> Json:
    """Return the schema of an object that has all of `properties`, except for the optional ones."""
    required = [name for name, schema in properties.items() if not isinstance(schema, _Optional)]
    return {"type": "object", "properties": properties, "required": required}
