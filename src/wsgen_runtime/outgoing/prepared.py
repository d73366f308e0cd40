"""The ASGI extension `websocket.prepared`: a server frames, and compresses, one message once for many clients."""

from collections.abc import Callable
from typing import cast

from starlette.types import Scope

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
