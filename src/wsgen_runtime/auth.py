"""Authentication: what `authenticate` gets and what it may return."""

from base64 import b64decode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol
from uuid import UUID

from pydantic import BaseModel
from starlette.requests import HTTPConnection

SUBPROTOCOL = "wsgen"
"""The subprotocol that this protocol has."""
_TOKEN = f"{SUBPROTOCOL}.token."


class Connection(HTTPConnection):
    """The handshake of a client: `headers`, `cookies`, `query_params`, `client`, `state`, `subprotocols`."""

    @property
    def subprotocols(self) -> tuple[str, ...]:
        """Return the subprotocols that the client offers."""
        return tuple(self.scope.get("subprotocols", ()))

    @property
    def bearer_token(self) -> str | None:
        """Return the token of an `Authorization: Bearer` header, or else of a subprotocol, or None.

        Browsers cannot send the header. Their pages offer the subprotocols `wsgen` and `wsgen.token.` with the
        token as base64url. After a renewal by the client, this is its new token.
        """
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token.strip():
            return token.strip()
        if SUBPROTOCOL not in self.subprotocols:
            return None
        offered = (it for it in self.subprotocols if it.startswith(_TOKEN))
        return next(map(_decoded, offered), None)

    def renewed(self, token: str) -> "Connection":
        """Return this handshake with another bearer token; raises UnicodeEncodeError unless it is ASCII."""
        headers = [it for it in self.scope["headers"] if it[0].lower() != b"authorization"]
        bearer = b"authorization", f"Bearer {token}".encode("ascii")
        return Connection({**self.scope, "headers": [*headers, bearer]})


def _decoded(subprotocol: str) -> str | None:
    """Return the token in a subprotocol; None if it is not one."""
    encoded = subprotocol.removeprefix(_TOKEN).rstrip("=")
    try:
        text = b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
        return text.decode() or None
    except ValueError:
        return None


class RefusedError(Exception):
    """Raised by `authenticate` or `authorize` to refuse a client. The message is only logged."""


class BusyError(RefusedError):
    """The server cannot accept another client now."""


class NotFoundError(RefusedError):
    """There is no endpoint at the requested path."""


class NotStartedError(BusyError):
    """The app could not start, which has been logged already."""


@dataclass(frozen=True, slots=True)
class Session:
    """A user with more information, which `authenticate` may return.

    At `expires_at` (seconds since the epoch) the connection is authenticated again; if that is refused, it is
    closed with 3000. `subprotocol` is the one to accept, for clients that send their token as another
    subprotocol. `id` names the user, in each process and after each reconnection: commands with a key need it.
    """

    user: object
    expires_at: float | None = None
    subprotocol: str | None = None
    id: str | None = None


class _Dataclass(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Any]]  # as typeshed has it


class _WithId(Protocol):
    @property
    def id(self) -> object: ...


class _WithName(Protocol):
    @property
    def name(self) -> object: ...


class _WithUsername(Protocol):
    @property
    def username(self) -> object: ...


class _WithEmail(Protocol):
    @property
    def email(self) -> object: ...


_User = (
    str | int | UUID | tuple[Any, ...] | Mapping[str, Any] | BaseModel
    | _Dataclass | _WithId | _WithName | _WithUsername | _WithEmail
)  # fmt: skip
"""What type checkers accept as a user. `object` would include generators, coroutines and responses, which are
mistakes; a user of another type can be returned in a `Session`."""

Authenticate = Callable[[Connection], Awaitable[Session | _User | None] | Session | _User | None]
# Any: the callback declares the types of its user, router and request.
Authorize = Callable[[Any, Any, Any], Awaitable[bool | BaseModel] | bool | BaseModel]
