"""The handshake: decides whether a client may connect, and answers one that may not."""

import logging
import math
from contextlib import suppress
from dataclasses import dataclass

from pydantic_core import to_json
from starlette.exceptions import HTTPException, WebSocketException
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Send
from starlette.websockets import WebSocketClose

from wsgen_runtime.auth import (
    Authenticate,
    BusyError,
    Connection,
    NotFoundError,
    NotStartedError,
    RefusedError,
    Session,
)
from wsgen_runtime.protocol.closing import CloseCode, require_closable
from wsgen_runtime.user_code.callbacks import WrongAnswerError, require_user
from wsgen_runtime.user_code.calls import call
from wsgen_runtime.user_code.failure_log import FailureLog
from wsgen_runtime.user_code.redaction import printable, without_text

_log = logging.getLogger("wsgen_runtime")
_MOST = 100  # reasons of one kind that are remembered, since clients can make up any number
_ANONYMOUS = Session(user=None)
_OF_THE_RESPONSE = ("connection", "content-length", "content-type", "transfer-encoding", "upgrade")


class AnsweredError(RefusedError):
    """`authenticate` raised an exception of Starlette, which determines the answer."""

    def __init__(self, error: HTTPException | WebSocketException) -> None:
        super().__init__(f"authenticate raised {type(error).__name__}: {error}")
        self.error = error


@dataclass(frozen=True, slots=True)
class Handshake:
    """Asks `authenticate`, which has `within` seconds, who a client is."""

    authenticate: Authenticate | None
    within: float | None
    log: FailureLog

    async def identify(self, connection: Connection) -> Session:
        """Return the answer of `authenticate`.

        Raises RefusedError, with the reason for the log, for no user, or if it fails or hangs.
        """
        if self.authenticate is None:
            return _ANONYMOUS
        try:
            answer = await call(self.authenticate, connection, within=self.within)
            session = answer if isinstance(answer, Session) else Session(user=answer)
            if isinstance(session.user, Session):
                raise WrongAnswerError("returned a `Session` as the user of another")
            require_user(session.user)
            if session.expires_at is not None and not math.isfinite(session.expires_at):
                raise ValueError("expires_at must be a number of seconds since the epoch, or None")
            if session.id is not None and not (isinstance(session.id, str) and session.id):
                raise ValueError("the id of a Session must be a text that is not empty, or None")
            (
                session.id or ""
            ).encode()  # raises UnicodeEncodeError for a lone surrogate, which no JSON has
        except RefusedError:
            raise
        except (HTTPException, WebSocketException) as error:
            raise AnsweredError(error) from None
        except WrongAnswerError as error:
            self.log.note(f"authenticate {error}; the client is refused")
            raise RefusedError("authenticate failed") from error
        except Exception as error:
            self.log.note("authenticate failed", error, show=without_text)
            raise RefusedError("authenticate failed") from error
        if session.user is None or session.user is False:
            raise RefusedError("not authenticated")
        return session


class Refusals:
    """Logs why clients are refused: each new reason as a warning, and then as information."""

    def __init__(self) -> None:
        self._known: dict[type[RefusedError], set[str]] = {}

    def note(self, refusal: RefusedError) -> None:
        """Log the reason of a refusal, as a warning if it is new."""
        reason = printable(str(refusal))
        known = self._known.setdefault(type(refusal), set())
        level = logging.INFO
        told = isinstance(refusal, NotStartedError)  # was logged where the app failed to start
        if not told and reason not in known and len(known) < _MOST:
            known.add(reason)
            level = logging.WARNING
        _log.log(level, "a client is refused: %s", reason)
        if level == logging.WARNING and len(known) == _MOST:
            _log.warning("further reasons of this kind are logged at the level INFO only")


async def refuse(
    connection: Connection, receive: Receive, send: Send, refusal: RefusedError
) -> None:
    """Answer a client that is not accepted: as `authenticate` asks, or with HTTP 503 if it may try again later.

    Otherwise, and if the server does not support responses to a handshake, with a close, which servers turn into
    HTTP 403.
    """
    extensions = connection.scope.get("extensions") or {}
    response = _response_to(refusal) if "websocket.http.response" in extensions else None
    answer = response or _close_for(refusal)
    with suppress(OSError):  # the client may have disconnected
        await answer(connection.scope, receive, send)


def close_of(refusal: RefusedError) -> tuple[int, str]:
    """Return the code and the reason with which a client is closed that was accepted only to be told.

    The reason of `authenticate` is only logged, unless it is that of a WebSocketException.
    """
    if isinstance(refusal, BusyError):
        return CloseCode.TRY_LATER, "Try again later"
    error = refusal.error if isinstance(refusal, AnsweredError) else None
    if isinstance(error, WebSocketException):
        with suppress(ValueError):  # neither may be what a close frame can carry
            require_closable(error.code, error.reason or "")
            return error.code, error.reason or ""
    if isinstance(error, HTTPException) and (error.status_code >= 500 or error.status_code == 429):
        return CloseCode.TRY_LATER, "Try again later"
    return CloseCode.UNAUTHORIZED, "Not authenticated"


def _response_to(refusal: RefusedError) -> Response | None:
    if isinstance(refusal, BusyError):
        return PlainTextResponse("Try again later", 503)
    if isinstance(refusal, NotFoundError):
        return PlainTextResponse("Not Found", 404)
    error = refusal.error if isinstance(refusal, AnsweredError) else None
    if isinstance(error, HTTPException) and 300 <= error.status_code < 600:
        return _response_of(error)
    return None


def _close_for(refusal: RefusedError) -> WebSocketClose:
    if isinstance(refusal, AnsweredError) and isinstance(refusal.error, WebSocketException):
        return WebSocketClose(refusal.error.code, refusal.error.reason)
    return WebSocketClose(int(CloseCode.POLICY_VIOLATION))


def _response_of(error: HTTPException) -> Response:
    """Return the response that FastAPI would send for `error`."""
    headers = {
        name: value
        for name, value in (error.headers or {}).items()
        if name.lower() not in _OF_THE_RESPONSE
        and (text := f"{name}{value}").isascii()
        and text.isprintable()
    }
    detail = to_json({"detail": error.detail}, fallback=str)
    return Response(detail, error.status_code, headers, "application/json")
