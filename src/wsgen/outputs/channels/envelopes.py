"""The wire protocol as data: its codes, and JSON schemas of the envelopes that all frames have."""

from collections.abc import Mapping

# The text of a document, as `json` writes it.
Json = dict[str, object]

ERROR_CODES = {
    "invalid_json": "The frame is not a JSON object in a text frame.",
    "unknown_type": "`type` is missing or names nothing the server knows.",
    "invalid_payload": "`payload` or `id` has the wrong form; `details` says where.",
    "not_subscribed": "The client asked to leave a topic it is not subscribed to.",
    "unauthorized": "The client may not subscribe to this topic.",
    "too_many_subscriptions": "The client, or the server, has as many topics as it may have.",
    "rate_limited": "The frame came too fast and was not read.",
    "internal": "The server failed; its log says why.",
}
CLOSE_CODES = {
    1001: "The server shuts down, or the connection reached its longest life.",
    1008: "Too many frames in a row were answered with an error, or `disconnect` named no code.",
    1009: "A frame was larger than the server accepts.",
    1011: "The server failed; its log says why.",
    1013: "The client read too slowly for its route, or for its answers.",
    3000: "The authentication expired and was not renewed.",
    3008: "The client was silent for longer than the heartbeat allows.",
}

_ASKED_ID: Json = {
    "type": ["integer", "string", "null"],
    "description": "Any value; the answer carries the same.",
}
_ECHOED_ID: Json = {
    "type": ["integer", "string"],
    "description": "The `id` of the frame this answers; absent if that had none.",
}


def object_of(**properties: Json) -> Json:
    """Return the schema of an object that has all of `properties`."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def _envelope(
    kind: str, payload: Json | None, optional: Json, required: Mapping[str, object]
) -> Json:
    parts: Json = {"type": {"type": "string", "const": kind}}
    if payload is not None:
        parts["payload"] = payload
    parts |= required
    return {"type": "object", "properties": {**parts, **optional}, "required": list(parts)}


def asked(kind: str, payload: Json | None = None) -> Json:
    """Return the schema of a frame of type `kind` that clients send."""
    return _envelope(kind, payload, {"id": _ASKED_ID}, {})


def answered(kind: str, payload: Json | None = None) -> Json:
    """Return the schema of a frame of type `kind` that answers one of a client's."""
    return _envelope(kind, payload, {"id": _ECHOED_ID}, {})


def sent(kind: str, payload: Json, **required: Json) -> Json:
    """Return the schema of a frame of type `kind` that the server sends by itself."""
    return _envelope(kind, payload, {}, required)
