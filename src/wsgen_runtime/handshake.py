"""The handshake: whether a client may connect, decided before it is accepted."""

import inspect
import logging
from collections.abc import Collection

from starlette.types import Send

from wsgen_runtime.auth import (
    Authenticate,
    BusyError,
    Connection,
    RefusedError,
    Session,
    origin_allowed,
)
from wsgen_runtime.closing import CloseCode
from wsgen_runtime.http import respond

_log = logging.getLogger("wsgen_runtime")


async def admit(
    connection: Connection, authenticate: Authenticate | None, origins: Collection[str]
) -> Session:
    """Return who connects; raises RefusedError with the reason, for the log, when the client may not."""
    if not origin_allowed(connection, origins):
        raise RefusedError("the page's origin is not allowed; see WsApp(origins=...)")
    if authenticate is None:
        return Session(user=None)
    return await identify(connection, authenticate)


async def identify(connection: Connection, authenticate: Authenticate) -> Session:
    """Return what `authenticate` says; raises RefusedError for None, False, and when it fails."""
    try:
        answer = authenticate(connection)
        if inspect.isawaitable(answer):
            answer = await answer
    except RefusedError:
        raise
    except Exception as error:
        _log.exception("authenticate failed")
        raise RefusedError("authenticate failed") from error
    if answer is None or answer is False:
        raise RefusedError("not authenticated")
    return answer if isinstance(answer, Session) else Session(user=answer)


async def refuse(connection: Connection, send: Send, refusal: RefusedError) -> None:
    """Answer a client that is not accepted: with HTTP 503 where it may come again and the server can say so.

    Otherwise with HTTP 403, which is what servers make of a close before accept.
    """
    extensions = connection.scope.get("extensions") or {}
    if isinstance(refusal, BusyError) and "websocket.http.response" in extensions:
        await respond(send, 503, "text/plain; charset=utf-8", b"Try again later", "websocket.http")
    else:
        await send(
            {"type": "websocket.close", "code": int(CloseCode.POLICY_VIOLATION), "reason": ""}
        )
