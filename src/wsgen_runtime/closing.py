"""Why a socket is closed: one table of close codes."""

from enum import IntEnum


class CloseCode(IntEnum):
    """A close code the server sends, with its meaning as `description`.

    1000-1015 are those of RFC 6455, 3000-3999 those registered with IANA.
    """

    description: str

    def __new__(cls, code: int, description: str) -> "CloseCode":
        """Return the member for `code`, carrying its `description`."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.description = description
        return member

    GOING_AWAY = 1001, "The server shuts down, or the connection reached its longest life."
    POLICY_VIOLATION = 1008, "Too many frames in a row were answered with an error."
    TOO_LARGE = 1009, "A frame was larger than the server accepts."
    INTERNAL = 1011, "The server failed; its log says why."
    TRY_LATER = 1013, "The server is full, or the client read too slowly for its route."
    UNAUTHORIZED = 3000, "The authentication expired and was not renewed."
    TIMEOUT = 3008, "The client was silent for longer than the heartbeat allows."
