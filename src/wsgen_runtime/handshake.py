"""The handshake: whether a client may connect, decided before it is accepted."""

import inspect
import logging
from collections.abc import Collection

from wsgen_runtime.auth import Authenticate, Connection, RefusedError, Session, origin_allowed

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
