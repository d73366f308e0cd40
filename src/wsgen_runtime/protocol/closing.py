"""Close codes: when the server sends which, and which of them a server can send."""

from enum import IntEnum


class CloseCode(IntEnum):
    """A close code that the server sends; `description` says what it means.

    1000-1015 are defined by RFC 6455, and 3000-3999 are registered with IANA. A client that is not accepted
    gets no close code but HTTP 403, or HTTP 503 from a server that is full or is shutting down.
    """

    GOING_AWAY = 1001
    POLICY_VIOLATION = 1008
    TOO_LARGE = 1009
    INTERNAL = 1011
    TRY_LATER = 1013
    UNAUTHORIZED = 3000
    TIMEOUT = 3008

    @property
    def description(self) -> str:
        """Return when the server sends this code."""
        return _DESCRIPTIONS[self]


def require_closable(code: int, reason: str) -> None:
    """Raise ValueError for a code that RFC 6455 does not allow in a close frame, or a reason that is too long."""
    if not (1000 <= code <= 1014 and code not in (1004, 1005, 1006)) and not 3000 <= code <= 4999:
        raise ValueError(f"no close frame may carry the code {code}: use one from 3000 to 4999")
    if len(reason.encode()) > _LONGEST_REASON:
        raise ValueError(f"the reason of a close frame has at most {_LONGEST_REASON} bytes")


def substitute_of(code: int) -> int | None:
    """Return the code to use where the ASGI server refuses `code`, such as 4001 for 1001, or None.

    autobahn, which daphne uses, sends only 1000 and codes from 3000 on.
    """
    return code + 3000 if 1000 < code < 1015 else None


_LONGEST_REASON = 123
_DESCRIPTIONS = {
    CloseCode.GOING_AWAY: "The server is shutting down, or the maximum connection lifetime was reached.",
    CloseCode.POLICY_VIOLATION: (
        "Too many consecutive frames were answered with an error, or the application closed the socket."
    ),
    CloseCode.TOO_LARGE: "A frame was larger than the server accepts.",
    CloseCode.INTERNAL: "An internal error occurred; the log of the server has the reason.",
    CloseCode.TRY_LATER: "The client reads too slowly, or the server cannot accept it now.",
    CloseCode.UNAUTHORIZED: "The client is not authenticated, or no longer.",
    CloseCode.TIMEOUT: "The client was silent for longer than the heartbeat allows.",
}
