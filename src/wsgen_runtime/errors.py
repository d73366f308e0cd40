"""ServiceError: what user code raises to answer a client with an error of its own."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from wsgen_runtime.protocol.events import Fault, FrameId
from wsgen_runtime.protocol.payloads import ErrorDetail
from wsgen_runtime.protocol.reasons import CODE, FAILED, Reason


class ServiceError(Exception):
    """An answer to the client, and not a failure of the server: it is counted, and not logged as a failure.

    Raise it in `create_topic`, a stream, `snapshot`, `authorize` or a command. The client gets `message`, `code`
    and `details`; with `retry_after`, a number of seconds, also that it may ask again after that time. Raises
    ValueError for a code that is not lower-case letters, digits and `_`, with a letter first and at most 64
    characters, for details that are not like an ErrorDetail, and for a negative `retry_after`.
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
        self.message = message
        self.code = code
        self.details = tuple(ErrorDetail.model_validate(detail) for detail in details)
        self.retry_after = retry_after

    def __reduce__(self) -> tuple[object, ...]:
        """Return how to make a copy, for errors of other processes."""
        return _copied, (type(self), self.args, self.__dict__)


def _copied(
    kind: type[ServiceError], arguments: tuple[object, ...], state: dict[str, object]
) -> ServiceError:
    error = kind.__new__(kind, *arguments)
    error.__dict__.update(state)
    return error


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

    A subclass is made by `class OrderRejected(DeclaredError, code="order_rejected")`. Raises ValueError for an
    invalid code, and TypeError for an error of this class itself.
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
