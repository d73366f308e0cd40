"""What a client's frame asks for."""

from dataclasses import dataclass

from pydantic import BaseModel

from wsgen_runtime.protocol.closing import CloseCode
from wsgen_runtime.protocol.payloads import ErrorCode, ErrorDetail

FrameId = int | str | None


@dataclass(frozen=True, slots=True)
class Subscribe:
    """The client wants the updates for `request`."""

    route: str
    request: BaseModel
    id: FrameId


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """The client no longer wants the updates for `request`."""

    route: str
    request: BaseModel
    id: FrameId


@dataclass(frozen=True, slots=True)
class Ping:
    """The client asks whether the server is there; `plain`, with the bare word that many libraries send."""

    id: FrameId
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """The frame cannot be served: to be answered with an error frame.

    `cause` is an exception of user code, to be logged and never shown. `close` is set when this fault was one
    too many: the socket is closed after the answer.
    """

    code: ErrorCode
    message: str
    details: tuple[ErrorDetail, ...] = ()
    id: FrameId = None
    cause: Exception | None = None
    close: CloseCode | None = None


Event = Subscribe | Unsubscribe | Ping | Fault
