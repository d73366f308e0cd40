"""The ASGI extension `websocket.prepared`: a server frames, and compresses, one message once for many clients."""

from collections.abc import Callable
from typing import cast

from starlette.types import Scope

from wsgen_runtime.outgoing.outbox import Message

EXTENSION = "websocket.prepared"
VERSION = 1

Prepare = Callable[[str], object]
Write = Callable[[object], bool]


def prepared_writing(scope: Scope) -> tuple[Prepare | None, Write | None]:
    """Return the two functions of the extension, or None and None if the server does not offer this version."""
    extensions = scope.get("extensions") or {}
    offer = extensions.get(EXTENSION) or {}
    prepare, write = offer.get("prepare"), offer.get("write")
    if offer.get("version") == VERSION and callable(prepare) and callable(write):
        return cast("Prepare", prepare), cast("Write", write)
    return None, None


class Outgoing:
    """A message to many clients, and what the last server that was asked has prepared of it."""

    __slots__ = ("message", "prepare", "prepared")

    def __init__(self, message: Message) -> None:
        self.message = message
        self.prepare: Prepare | None = None
        self.prepared: object = None

    def prepared_by(self, prepare: Prepare | None) -> object:
        """Return the message as `prepare` makes it; clients of one server have the same `prepare`."""
        if prepare is not None and prepare != self.prepare:
            self.prepared, self.prepare = prepare(self.message["text"]), prepare
        return self.prepared
