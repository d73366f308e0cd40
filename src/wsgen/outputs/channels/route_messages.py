"""The frames of a route as AsyncAPI messages."""

from collections.abc import Callable
from functools import partial

from wsgen.model import RouterSpec
from wsgen.outputs.channels.identifiers import verb_identifier
from wsgen.outputs.channels.message_parts import (
    RETRY_AFTER,
    TOPIC,
    Json,
    answered,
    asked,
    asked_nothing,
    message_of,
    named,
    object_of,
    optional,
    sent,
    slot,
)

_OWN = ("subscribe", "unsubscribe", "update")
"""The verbs of routes that a project's own generic class serves; its other frames are unknown."""

_SEQ: Json = {
    "type": "integer",
    "minimum": 1,
    "description": "Counts the topic's updates; a gap means that some were dropped.",
}
_EPOCH: Json = {
    "type": "string",
    "description": "Another epoch means that updates may be missing that no number shows.",
}
_POSITION = named(
    "TopicPosition",
    object_of(epoch={"type": "string"}, seq={"type": "integer", "minimum": 0}),
)

_ABOUT = {
    "reset": "After `hello`: the topic goes on at this position, and what a new subscriber gets follows.",
    "snapshot": "After `hello`: the state after the update `seq`, to which later updates are applied.",
}


def router_messages(router: RouterSpec, identifier: str, *, native: bool) -> dict[str, Json]:
    """Return the messages of a route by the verbs of their frames; only the known ones if it is not `native`.

    `identifier` is that of the route in its module.
    """
    route, request = router.route, slot(router.request, "validation") if router.request else None
    # Only the native protocol has an `id` for questions, and counts.
    subscribe: Callable[..., Json] = sent
    unsubscribe, updated = subscribe, subscribe
    if native:
        question = asked if request else asked_nothing
        unsubscribe = partial(question, answer=f"{identifier}UnsubscribeResponse")
        since = {
            "anyOf": [_POSITION, {"type": "null"}],
            "description": f"After `hello`: the position of the last `{identifier}UpdateFrame` of a client.",
        }
        answer = f"{identifier}SubscribeResponse"
        subscribe = partial(question, more={"since": since}, answer=answer)
        updated = partial(sent, seq=_SEQ)
    update = object_of(topic=TOPIC, payload=slot(router.data, "serialization"))
    frames: dict[str, tuple[str, Callable[..., Json], Json | None]] = {
        "subscribe": (f"Subscribe to {route}", subscribe, request),
        "subscribe.response": (
            f"Subscribed to {route}",
            partial(answered, question=f"{identifier}Subscribe"),
            _SUBSCRIBED,
        ),
        "unsubscribe": (f"Unsubscribe from {route}", unsubscribe, request),
        "unsubscribe.response": (
            f"Unsubscribed from {route}",
            partial(answered, question=f"{identifier}Unsubscribe"),
            _UNSUBSCRIBED,
        ),
        "update": (f"Update of {route}", updated, named(f"{identifier}UpdatePayload", update)),
        "reset": (f"Updates of {route} may be missing", sent, _RESET),
        "unsubscribed": (f"Subscription to {route} ended by the server", sent, _ENDED),
    }
    if router.snapshot:
        state = object_of(topic=TOPIC, payload=slot(router.snapshot, "serialization"), epoch=_EPOCH)
        frames["snapshot"] = (
            f"Snapshot of {route}",
            partial(sent, seq={**_SEQ, "minimum": 0}),
            named(f"{identifier}SnapshotPayload", state),
        )
    messages: dict[str, Json] = {}
    for verb, (summary, frame, payload) in frames.items():
        if native or verb in _OWN:
            name = f"{route}.{verb}"
            is_update = verb == "update"
            messages[verb] = message_of(
                f"{identifier}{verb_identifier(verb)}",
                name,
                frame(name, payload),
                summary=(router.summary if is_update else "") or summary,
                description=router.description if is_update else _ABOUT.get(verb, ""),
                deprecated=router.deprecated,
            )
    return messages


def _response(**more: Json) -> Json:
    """Return the payload of the answer to a question about a topic."""
    status: Json = {"type": "string", "const": "ok"}
    return object_of(status=status, message={"type": "string"}, topic=TOPIC, **more)


_STANDING: dict[str, Json] = {
    "epoch": optional(_EPOCH),
    "seq": optional(
        {
            "type": "integer",
            "minimum": 0,
            "description": "The number of the last update before those that follow.",
        }
    ),
    "recovered": optional(
        {"type": "boolean", "description": "Whether every update after `since` follows."}
    ),
}
_NOT_RECOVERED: Json = {"type": "boolean", "const": False}
_SUBSCRIBED = named("SubscribeResponsePayload", _response(**_STANDING))
_UNSUBSCRIBED = named("UnsubscribeResponsePayload", _response())
_RESET = named("ResetPayload", object_of(topic=TOPIC, **{**_STANDING, "recovered": _NOT_RECOVERED}))
_ENDED = named(
    "UnsubscribedPayload",
    object_of(
        topic=TOPIC,
        reason={"type": "string"},
        code=optional({"type": "string", "description": "A code as in an `error`; after `hello`."}),
        retry_after=optional(RETRY_AFTER),
    ),
)
