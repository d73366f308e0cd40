"""Who connects, and from where."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol
from uuid import UUID

from pydantic import BaseModel
from starlette.requests import HTTPConnection


class Connection(HTTPConnection):
    """The handshake of a client: `headers`, `cookies`, `query_params`, `client`, `state`, `subprotocols`."""

    @property
    def subprotocols(self) -> tuple[str, ...]:
        """Return the subprotocols that the client offers."""
        return tuple(self.scope.get("subprotocols", ()))

    @property
    def bearer_token(self) -> str | None:
        """Return the token of an `Authorization: Bearer` header, or None."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() or None if scheme.lower() == "bearer" else None


class RefusedError(Exception):
    """Raised by `authenticate` or `authorize`: the client may not. The text is for the log."""


class BusyError(RefusedError):
    """The server cannot take another client now."""


class NotFoundError(RefusedError):
    """There is no endpoint at the path that the client asks for."""


class NotStartedError(BusyError):
    """The app could not start, as is logged where it was tried."""


@dataclass(frozen=True, slots=True)
class Session:
    """What `authenticate` may return to say more than who the user is.

    At `expires_at` (seconds since the epoch) the connection is authenticated again; when that is refused, it is
    closed with 3000. `subprotocol` is the one to accept, when the client offered its token as another.
    """

    user: object
    expires_at: float | None = None
    subprotocol: str | None = None


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
"""What type checkers take for a user. With `object` here they would take a generator, a coroutine or a response
too, which let everybody in; a user of another type is returned in a `Session`."""

Authenticate = Callable[[Connection], Awaitable[Session | _User | None] | Session | _User | None]
# Any: a callback names the types of its own user, router and request.
Authorize = Callable[[Any, Any, Any], Awaitable[bool] | bool]
