"""ModuleSpec -> `asyncapi.json`: an AsyncAPI 3.1.0 document, complete but for payload schemas.

No user code is imported here: where a pydantic model's schema belongs, the document has a slot
`{"x-python-type": "package.module:Name", "x-python-mode": "validation"}`, which is filled when the document
is exported or served. Every frame of the wire protocol is a message with its whole envelope; messages and
operations are called what the wire calls them, such as `bars.subscribe`.
"""

import json
from collections.abc import Iterable

from wsgen.model import ModuleSpec, RouterSpec, TypeRef

ASYNCAPI_VERSION = "3.1.0"
ERROR_CODES = (
    "invalid_json",
    "unknown_type",
    "invalid_payload",
    "not_subscribed",
    "unauthorized",
    "too_many_subscriptions",
    "rate_limited",
    "internal",
)
_CHANNEL = "socket"
_Value = dict[str, object]

_ID: _Value = {
    "description": "Chosen by the client and echoed in the answer.",
    "type": ["string", "integer"],
}
_TEXT: _Value = {"type": "string"}


def render_channels(module: ModuleSpec) -> str:
    """Return the text of the module's `asyncapi.json`; the same spec gives the same bytes."""
    return json.dumps(build_channels(module), indent=2, ensure_ascii=False) + "\n"


def build_channels(module: ModuleSpec) -> _Value:
    """Return the document as JSON-ready values."""
    messages: _Value = {}
    operations: _Value = {}
    for router in sorted(module.routers, key=lambda item: item.route):
        messages |= _router_messages(router)
        operations |= _router_operations(router)
    messages |= _shared_messages()
    operations |= _shared_operations()
    title = f"{module.name} {module.version}" if module.version else module.name
    tags = sorted({tag for router in module.routers for tag in router.tags})
    return {
        "asyncapi": ASYNCAPI_VERSION,
        "info": _present(
            title=title,
            version=module.version or "1.0.0",
            description=module.description.strip(),
            tags=_tags(tags),
        ),
        "defaultContentType": "application/json",
        "channels": {
            _CHANNEL: _present(
                address=module.endpoint,
                title=title,
                description=module.description.strip(),
                messages={name: {"$ref": f"#/components/messages/{name}"} for name in messages},
                bindings={"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
            )
        },
        "operations": operations,
        "components": {
            "messages": messages,
            "correlationIds": {
                "id": {
                    "description": "An answer carries the id of the frame that it answers.",
                    "location": "$message.payload#/id",
                }
            },
        },
    }


def _router_messages(router: RouterSpec) -> _Value:
    route, request = router.route, _slot(router.request, "validation")
    update = _object(
        {
            "topic": _TEXT,
            "payload": _slot(router.data, "serialization"),
        }
    )
    sequence: _Value = {
        "description": "Counts the topic's updates; a gap means that updates were dropped.",
        "type": "integer",
        "minimum": 1,
    }
    unsubscribed = _object({"topic": _TEXT, "reason": _TEXT})
    messages = {
        f"{route}.subscribe": _message(
            f"{route}.subscribe", request, "Ask for updates.", with_id=True, correlated=True
        ),
        f"{route}.subscribe.response": _message(
            f"{route}.subscribe.response", _response(), "Subscribed.", with_id=True, correlated=True
        ),
        f"{route}.unsubscribe": _message(
            f"{route}.unsubscribe",
            request,
            "Ask for no more updates.",
            with_id=True,
            correlated=True,
        ),
        f"{route}.unsubscribe.response": _message(
            f"{route}.unsubscribe.response",
            _response(),
            "Unsubscribed.",
            with_id=True,
            correlated=True,
        ),
        f"{route}.update": _message(
            f"{route}.update",
            update,
            router.summary.strip() or f"One update of {route}.",
            description=router.description.strip(),
            extra={"seq": sequence},
            required=("seq",),
        ),
        f"{route}.unsubscribed": _message(
            f"{route}.unsubscribed", unsubscribed, "The server has ended the subscription."
        ),
    }
    return {name: _tagged(message, router.tags) for name, message in messages.items()}


def _router_operations(router: RouterSpec) -> _Value:
    route = router.route
    about = _present(tags=_tags(router.tags))
    if router.deprecated:
        about["x-deprecated"] = True
    summary = router.summary.strip().rstrip(".") or route
    return {
        f"{route}.subscribe": {
            "action": "receive",
            "title": f"Subscribe to {route}",
            **_present(summary=summary, description=router.description.strip()),
            **about,
            **_asks(f"{route}.subscribe", f"{route}.subscribe.response"),
        },
        f"{route}.unsubscribe": {
            "action": "receive",
            "title": f"Unsubscribe from {route}",
            **about,
            **_asks(f"{route}.unsubscribe", f"{route}.unsubscribe.response"),
        },
        f"{route}.update": {
            "action": "send",
            "title": f"Updates of {route}",
            **about,
            **_tells(f"{route}.update", f"{route}.unsubscribed"),
        },
    }


def _shared_messages() -> _Value:
    detail = _object(
        {
            "loc": {
                "description": "Where, from the frame's root.",
                "type": "array",
                "items": {"type": ["string", "integer"]},
            },
            "message": _TEXT,
            "type": _TEXT,
        }
    )
    error = _object(
        {
            "code": {"type": "string", "enum": list(ERROR_CODES)},
            "message": _TEXT,
            "details": {"type": "array", "items": detail},
        }
    )
    status = _object({"broker": {"type": "string", "enum": ["connected", "disconnected"]}})
    return {
        "error": _message(
            "error", error, "A frame could not be served.", with_id=True, correlated=True
        ),
        "ping": _message("ping", None, "Ask for a sign of life.", with_id=True, correlated=True),
        "pong": _message("pong", None, "The answer to ping.", with_id=True, correlated=True),
        "status": _message("status", status, "The link to other processes has changed."),
    }


def _shared_operations() -> _Value:
    return {
        "ping": {"action": "receive", "title": "Ping", **_asks("ping", "pong")},
        "notices": {"action": "send", "title": "Notices", **_tells("error", "status")},
    }


def _asks(request: str, answer: str) -> _Value:
    """Return the part of an operation in which the client asks and the server answers."""
    return {
        **_tells(request),
        "reply": {"channel": _channel(), "messages": _references((answer, "error"))},
    }


def _tells(*names: str) -> _Value:
    return {"channel": _channel(), "messages": _references(names)}


def _channel() -> _Value:
    return {"$ref": f"#/channels/{_CHANNEL}"}


def _references(names: Iterable[str]) -> list[_Value]:
    return [{"$ref": f"#/channels/{_CHANNEL}/messages/{name}"} for name in names]


def _message(
    kind: str,
    payload: _Value | None,
    summary: str,
    *,
    description: str = "",
    with_id: bool = False,
    correlated: bool = False,
    extra: _Value | None = None,
    required: tuple[str, ...] = (),
) -> _Value:
    properties: _Value = {"type": {"type": "string", "const": kind}}
    needed = ["type"]
    if payload is not None:
        properties["payload"] = payload
        needed.append("payload")
    if with_id:
        properties["id"] = _ID
    properties |= extra or {}
    message = _present(name=kind, title=kind, summary=summary, description=description)
    message["contentType"] = "application/json"
    if correlated:
        message["correlationId"] = {"$ref": "#/components/correlationIds/id"}
    message["payload"] = {
        "type": "object",
        "properties": properties,
        "required": [*needed, *required],
        "additionalProperties": False,
    }
    return message


def _tagged(message: _Value, tags: Iterable[str]) -> _Value:
    return {**message, **_present(tags=_tags(tags))}


def _response() -> _Value:
    return _object({"status": {"type": "string", "const": "ok"}, "message": _TEXT, "topic": _TEXT})


def _object(properties: _Value) -> _Value:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _slot(ref: TypeRef, mode: str) -> _Value:
    return {"x-python-type": str(ref), "x-python-mode": mode}


def _tags(names: Iterable[str]) -> list[_Value]:
    return [{"name": name} for name in names]


def _present(**fields: object) -> _Value:
    """Return the fields that say something: an empty description is left out, not written as empty."""
    return {name: value for name, value in fields.items() if value not in ("", [], None)}
