"""The handshake: whether a client may connect, decided before it is accepted."""

import logging
import math
from collections.abc import Collection
from contextlib import suppress

from starlette.types import Send

from wsgen_runtime.auth import (
    Authenticate,
    BusyError,
    Connection,
    RefusedError,
    Session,
    origin_allowed,
)
from wsgen_runtime.callbacks import WrongAnswerError, require_user
from wsgen_runtime.calls import call
from wsgen_runtime.closing import CloseCode
from wsgen_runtime.failures import without_text
from wsgen_runtime.http import TEXT, respond

_log = logging.getLogger("wsgen_runtime")


async def admit(
    connection: Connection,
    authenticate: Authenticate | None,
    origins: Collection[str],
    within: float | None,
) -> Session:
    """Return who connects; raises RefusedError with the reason, for the log, when the client may not."""
    if not origin_allowed(connection, origins):
        raise RefusedError("the page's origin is not allowed; see WsApp(origins=...)")
    if authenticate is None:
        return Session(user=None)
    return await identify(connection, authenticate, within)


async def identify(
    connection: Connection, authenticate: Authenticate, within: float | None
) -> Session:
    """Return what `authenticate` says; raises RefusedError for no user, and when it fails or hangs."""
    try:
        answer = await call(authenticate, connection, within=within)
        session = answer if isinstance(answer, Session) else Session(user=answer)
        require_user(session.user)
        if session.expires_at is not None and not math.isfinite(session.expires_at):
            raise ValueError("expires_at must be a number of seconds since the epoch, or None")
    except RefusedError:
        raise
    except WrongAnswerError as error:
        _log.error("authenticate %s, and the client is refused", error)
        raise RefusedError("authenticate failed") from error
    except Exception as error:
        _log.error("authenticate failed", exc_info=without_text(error))
        raise RefusedError("authenticate failed") from error
    if session.user is None or session.user is False:
        raise RefusedError("not authenticated")
    return session


async def refuse(connection: Connection, send: Send, refusal: RefusedError) -> None:
    """Answer a client that is not accepted: with HTTP 503 where it may come again and the server can say so.

    Otherwise with HTTP 403, which is what servers make of a close before accept.
    """
    extensions = connection.scope.get("extensions") or {}
    with suppress(OSError):  # it may have gone meanwhile
        if isinstance(refusal, BusyError) and "websocket.http.response" in extensions:
            await respond(send, 503, TEXT, b"Try again later", protocol="websocket.http")
        else:
            code = int(CloseCode.POLICY_VIOLATION)
            await send({"type": "websocket.close", "code": code, "reason": ""})
