"""Events: what a frame of a client asks for."""

from dataclasses import dataclass, field
from typing import NamedTuple

from pydantic import BaseModel

from wsgen_runtime.protocol.closing import CloseCode
from wsgen_runtime.protocol.payloads import ErrorDetail
from wsgen_runtime.protocol.positions import Position

FrameId = int | str | None


class Question(NamedTuple):
    """A request to subscribe that is to be answered: its id, and the position of a client that comes back."""

    id: FrameId
    since: Position | None = None


class Subscribe(NamedTuple):
    """The client subscribes to the updates for `request`, of which it has those up to `since`.

    An invalid `since` is an error only for a client that knows positions.
    """

    route: str
    request: BaseModel
    id: FrameId
    since: Position | ErrorDetail | None = None


class Unsubscribe(NamedTuple):
    """The client unsubscribes from the updates for `request`."""

    route: str
    request: BaseModel
    id: FrameId


@dataclass(frozen=True, slots=True)
class Hello:
    """The client says which `features` it knows."""

    features: frozenset[str]
    id: FrameId


@dataclass(frozen=True, slots=True)
class AskCommand:
    """The client asks for the command `name` by a frame of `size` bytes.

    With a `key`, `digest` is that of the command and its payload.
    """

    name: str
    request: BaseModel
    id: FrameId
    size: int
    key: str | None = None
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Reauthenticate:
    """The client authenticates again, with another token."""

    token: str = field(repr=False)
    id: FrameId


@dataclass(frozen=True, slots=True)
class Ping:
    """The client checks the connection; `plain` is the bare word `ping`, which many libraries send."""

    id: FrameId
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """The frame cannot be served and is answered with an error frame.

    `cause` is an exception of user code, which is logged and never sent to the client. `close` is set if the
    socket is to be closed after the answer. `retry_after` is the number of seconds after which asking again may
    help, or None if it will not.
    """

    code: str
    message: str
    details: tuple[ErrorDetail, ...] = ()
    id: FrameId = None
    cause: BaseException | None = None
    close: CloseCode | None = None
    retry_after: float | None = None


Event = Subscribe | Unsubscribe | AskCommand | Hello | Reauthenticate | Ping | Fault
