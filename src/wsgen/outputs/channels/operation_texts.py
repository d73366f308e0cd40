"""What documents say about operations: the texts of ws.yaml, and standard ones where it has none.

The standard ones name no route and no command, since an app may serve these under other names.
"""

from wsgen.outputs.channels.message_parts import Json

_STANDARD = {
    "subscribe": (
        "Subscribe to a topic.",
        "The answer names the topic, whose updates follow until the client unsubscribes.",
    ),
    "unsubscribe": (
        "Unsubscribe from a topic.",
        "The payload is that of the subscription. No update follows the answer.",
    ),
    "update": (
        "Updates of a topic.",
        "Each goes to all clients that are subscribed to the topic.",
    ),
    "command": (
        "Carry out the command.",
        "The answer is a response or an error. With a `key`, the command is carried out at most once.",
    ),
    "hello": (
        "Say what the client knows.",
        "Optional, and the first frame of a client. The answer has the features and limits of the server.",
    ),
    "authenticate": (
        "Authenticate again.",
        "Sent after `hello` with a new token, before the old one expires.",
    ),
    "ping": ("Check the connection.", "The answer is `pong`, with the same `id`."),
    "notices": (
        "What the server says without being asked.",
        "Errors, whether updates of other processes arrive, and that the authentication expires.",
    ),
}
_NO_ANSWER = "The server may answer in a way that this document does not describe."


def texts_of(kind: str, summary: str = "", description: str = "", *, native: bool = True) -> Json:
    """Return the summary and the description of an operation of a `kind`, the given ones first.

    The answers of an operation that is not `native` are unknown.
    """
    standard, about = _STANDARD[kind]
    if not native and kind != "update":
        about = _NO_ANSWER
    return {"summary": summary or standard, "description": description or about}
