"""The frames that belong to no route as AsyncAPI messages, and the codes in them."""

from collections.abc import Mapping

from wsgen.model import CommandSpec
from wsgen.outputs.channels.message_parts import (
    RETRY_AFTER,
    Json,
    answered,
    asked,
    asked_id,
    envelope_of,
    message_of,
    named,
    object_of,
    optional,
    sent,
    slot,
)

ERROR_CODES = {
    "invalid_json": "The frame is not a JSON object in a text frame.",
    "unknown_type": "`type` is missing, or the server does not know it.",
    "invalid_payload": "`payload` or `id` has the wrong form; `details` says where.",
    "not_subscribed": "The client unsubscribed from a topic that it is not subscribed to.",
    "unauthorized": "The client may not subscribe to this topic.",
    "too_many_subscriptions": "The client or the server has reached its limit of topics.",
    "keys_unavailable": "The server cannot remember keys of commands, or not for this connection.",
    "key_reused": "The key belongs to a command with another payload.",
    "outcome_unknown": (
        "The server that carried out the command stopped before it answered; the command is not done again."
    ),
    "unavailable": "The server cannot do this now, and has done nothing.",
    "rate_limited": "The client sends too fast, and the frame was ignored.",
    "unexpected_hello": "The client sent `hello` after another frame, or a second time.",
    "internal": "An internal error occurred; the log of the server has the reason.",
}
CLOSE_CODES = {
    1001: "The server is shutting down, or the maximum connection lifetime was reached.",
    1008: "Too many consecutive frames were answered with an error, or the application closed the socket.",
    1009: "A frame was larger than the server accepts.",
    1011: "An internal error occurred; the log of the server has the reason.",
    1013: "The client reads too slowly, or the server cannot accept it now.",
    3000: "The client is not authenticated, or no longer.",
    3008: "The client was silent for longer than the heartbeat allows.",
}

_TEXTS: Json = {"type": "array", "items": {"type": "string"}}
_NUMBER: Json = {"type": "number"}
_SECONDS: Json = {"type": "number", "description": "In how many seconds the token expires."}


def with_close_codes(description: str, codes: Mapping[str, str]) -> str:
    """Return the `description` of a document, followed by what each of the close `codes` means."""
    lines = "\n".join(f"- {code}: {text}" for code, text in codes.items())
    closing = f"The server closes the socket with one of these codes:\n\n{lines}" if codes else ""
    return "\n\n".join(filter(None, (description, closing)))


def command_messages(command: CommandSpec, identifier: str) -> tuple[Json, Json]:
    """Return the messages of a command, the question and its answer; `identifier` is that of the command."""
    name, answer = command.command, f"{command.command}.response"
    key: Json = {
        "anyOf": [{"type": "string", "minLength": 1, "maxLength": 128}, {"type": "null"}],
        # The same text for all commands: generators make one type of schemas that are equal.
        "description": "A key of the client's own: with the same key, the command is carried out at most once.",
    }
    question = envelope_of(
        name,
        slot(command.request, "validation"),
        {"id": asked_id(f"{identifier}Response"), "key": key},
        {},
    )
    response = answered(answer, slot(command.response, "serialization"), question=identifier)
    more: Json = {"deprecated": command.deprecated}
    summary = command.summary or f"Ask {name}"
    return (
        message_of(
            identifier, name, question, summary=summary, description=command.description, **more
        ),
        message_of(
            f"{identifier}Response", answer, response, summary=f"Response to {name}", **more
        ),
    )


def shared_messages() -> dict[str, Json]:
    """Return the messages that belong to no route, by their identifiers; they are the same in every document."""
    codes = "\n".join(f"- `{code}`: {text}" for code, text in ERROR_CODES.items())
    place: Json = {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}}
    detail = object_of(loc=place, message={"type": "string"}, type={"type": "string"})
    error = object_of(
        code={"type": "string", "examples": list(ERROR_CODES)},  # services have codes of their own
        message={"type": "string"},
        details={"type": "array", "items": named("ErrorDetail", detail)},
        retry_after=optional(RETRY_AFTER),
    )
    notice = object_of(
        code={"type": "string"}, message={"type": "string"}, expires_in=optional(_SECONDS)
    )
    # Their texts differ, since tools that join equal parts of a document fail at lists.
    asked_features: Json = {"description": "What the client knows.", **_TEXTS}
    features: Json = {"description": "What the server knows.", **_TEXTS}
    limits = object_of(
        frames_per_second=optional(_NUMBER),
        frame_burst={"type": "integer"},
        subscriptions=optional({"type": "integer"}),
        heartbeat=optional(_NUMBER),
        idempotency=_NUMBER,
    )
    version: Json = {"type": "integer", "const": 1}
    hello = object_of(
        version=version,
        features=optional(asked_features),
        client=optional({"type": "string"}),
        contract=optional({"type": "string"}),
    )
    answer = object_of(
        version=version,
        features=features,
        contract={"type": "string"},
        limits=named("HelloLimits", limits),
    )
    status = object_of(broker={"type": "string", "enum": ["connected", "disconnected"]})
    token = object_of(token={"type": "string"})
    expiring = object_of(expires_in=optional(_SECONDS))
    return {
        "Hello": message_of(
            "Hello",
            "hello",
            asked("hello", named("HelloPayload", hello), answer="HelloResponse"),
            summary="Say what the client knows",
            description=(
                "Optional, and the first frame of a client. Only a client that has sent it gets what later "
                "versions of the protocol add."
            ),
        ),
        "HelloResponse": message_of(
            "HelloResponse",
            "hello.response",
            answered("hello", named("HelloResponsePayload", answer), question="Hello"),
            summary="What the server knows, and its limits",
            description="`contract` is a digest of this document. A limit that is absent does not exist.",
        ),
        "Authenticate": message_of(
            "Authenticate",
            "authenticate",
            asked(
                "authenticate", named("AuthenticatePayload", token), answer="AuthenticateResponse"
            ),
            summary="Authenticate again",
            description="Sent after `hello`, with a new token, before the old one expires.",
        ),
        "AuthenticateResponse": message_of(
            "AuthenticateResponse",
            "authenticate.response",
            answered(
                "authenticate",
                named("AuthenticateResponsePayload", expiring),
                question="Authenticate",
            ),
            summary="Authenticated again",
        ),
        "Notice": message_of(
            "Notice",
            "notice",
            sent("notice", named("NoticePayload", notice)),
            summary="The authentication expires",
            description="Sent to clients that have named the feature `renewal` in `hello`.",
        ),
        "Ping": message_of(
            "Ping", "ping", asked("ping", answer="Pong"), summary="Ask whether the server is there"
        ),
        "Pong": message_of(
            "Pong", "pong", answered("pong", question="Ping"), summary="The server is there"
        ),
        "Error": message_of(
            "Error",
            "error",
            answered("error", named("ErrorPayload", error), question=""),
            summary="A frame could not be served",
            description=f"The socket stays open. The codes, besides those of services, are:\n\n{codes}",
        ),
        "Status": message_of(
            "Status",
            "status",
            sent("status", named("StatusPayload", status)),
            summary="Updates from other processes stopped or resumed",
            description="Sent by servers that share their updates through a broker.",
        ),
    }
