"""ServiceError: what user code raises to answer a client with an error of its own."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from pydantic_core import to_json

from wsgen_runtime.protocol.details import MOST_DETAILS, bounded, short
from wsgen_runtime.protocol.events import Fault, FrameId
from wsgen_runtime.protocol.payloads import ErrorDetail
from wsgen_runtime.protocol.reasons import CODE, FAILED, Reason

_LONGEST_MESSAGE = 2_000


class ServiceError(Exception):
    """An answer to the client, and not a failure of the server: it is counted, and not logged as a failure.

    Raise it in `create_topic`, a stream, `snapshot`, `authorize` or a command. The client gets `message`, `code`
    and `details`; with `retry_after`, a number of seconds, also that it may ask again after that time. Raises
    ValueError for a code that is not lower-case letters, digits and `_`, with a letter first and at most 64
    characters, for details that are not like an ErrorDetail, and for a negative `retry_after`.

    A message is cut after 2,000 characters, and so are details that are larger than those of the runtime.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        details: Sequence[ErrorDetail | Mapping[str, object]] = (),
        retry_after: float | None = None,
    ) -> None:
        if not CODE.match(code):
            raise ValueError(
                f"the code of a ServiceError is lower-case letters, digits and `_`, not {code!r}"
            )
        if retry_after is not None and not 0 <= retry_after < float("inf"):
            raise ValueError(f"retry_after must be a number of seconds, not {retry_after}")
        message.encode()  # raises UnicodeEncodeError, a ValueError, for what no frame can carry
        super().__init__(message)
        self.message = short(message, _LONGEST_MESSAGE)
        self.code = code
        valid = map(ErrorDetail.model_validate, details[:MOST_DETAILS])
        self.details = tuple(bounded(it.loc, it.message, it.type) for it in valid)
        to_json(self.details)  # raises a ValueError too
        self.retry_after = None if retry_after is None else float(retry_after)

    def __reduce__(self) -> tuple[object, ...]:
        """Return how to make a copy, for errors of other processes."""
        return _copied, (type(self), self.args, self.__dict__)


def _copied(
    kind: type[ServiceError], arguments: tuple[object, ...], state: dict[str, object]
) -> ServiceError:
    error = kind.__new__(kind, *arguments)
    error.__dict__.update(state)
    return error


class UnsoundError(Exception):
    """A service has raised a `ServiceError` that cannot be an answer; the message says why not."""


def sound(error: BaseException) -> BaseException:
    """Return `error`; an UnsoundError in place of a `ServiceError` that no frame can carry.

    A subclass may not call `super().__init__`, or change afterwards what that has checked.
    """
    if not isinstance(error, ServiceError):
        return error
    try:
        return ServiceError(
            error.message, code=error.code, details=error.details, retry_after=error.retry_after
        )
    except Exception as reason:  # of whatever types its attributes are
        kind = type(error).__qualname__
        unsound = UnsoundError(f"a `{kind}` cannot be an answer, since {reason}")
        unsound.__cause__ = error
        return unsound


def refusal(error: ServiceError, frame_id: FrameId) -> Fault:
    """Return the answer to a frame that a service refuses to serve."""
    after = error.retry_after
    return Fault(error.code, error.message, error.details, frame_id, retry_after=after)


def reason_of(error: BaseException) -> Reason:
    """Return the reason for the end of a producer that has raised `error`."""
    if isinstance(error, ServiceError):
        return Reason(error.message, error.code, error.retry_after)
    return Reason.of(FAILED)


class DeclaredError(ServiceError):
    """The base class of the errors that a module declares for its commands; each subclass has a code.

    A subclass is made by `class OrderRejectedError(DeclaredError, code="order_rejected")`. Raises ValueError for
    an invalid code, and TypeError for an error of this class itself.
    """

    declared: ClassVar[str] = ""
    """The code of all errors of this class."""

    def __init_subclass__(cls, *, code: str = "") -> None:
        if code and not CODE.match(code):
            raise ValueError(f"{cls.__name__}: {code!r} is not lower-case letters, digits and `_`")
        cls.declared = code or cls.declared

    def __init__(
        self,
        message: str,
        *,
        details: Sequence[ErrorDetail | Mapping[str, object]] = (),
        retry_after: float | None = None,
    ) -> None:
        if not self.declared:
            raise TypeError("raise a subclass of DeclaredError, which has a code")
        super().__init__(message, code=self.declared, details=details, retry_after=retry_after)
