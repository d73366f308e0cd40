"""The server's end of the wire protocol, without I/O: frames in, events out."""

from collections.abc import Mapping

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json, to_json

from wsgen_runtime.limits import Limits
from wsgen_runtime.protocol.closing import CloseCode
from wsgen_runtime.protocol.events import Event, Fault, FrameId, Ping, Subscribe, Unsubscribe
from wsgen_runtime.protocol.payloads import ErrorCode, ErrorDetail

_LONGEST_ID = 256
_LARGEST_ID = 2**63
_MOST_DETAILS = 100
_MOST_KEYS = 32
_LONGEST_KEY = 100
_FREE_FAILURES = 20
_LONGEST_MESSAGE = 500


class ServerProtocol:
    """The server's end of one connection: reads frames, counts misbehaviour.

    `requests` maps each route to its request model. Time is passed in, in seconds of any monotonic clock.
    """

    __slots__ = ("_bad", "_credit", "_failed", "_limits", "_requests", "_seen")

    def __init__(self, requests: Mapping[str, type[BaseModel]], limits: Limits, now: float) -> None:
        self._requests = requests
        self._limits = limits
        self._bad = 0
        self._failed = 0
        self._credit = float(limits.frame_burst)
        self._seen = now

    def receive_text(self, text: str, now: float) -> Event:
        """Return what the client asks for with the frame `text`. Never raises."""
        limits = self._limits
        # A character takes up to four bytes: only texts in between need to be encoded to be measured.
        if len(text) * 4 > limits.frame_bytes and (
            len(text) > limits.frame_bytes
            or len(text.encode(errors="surrogatepass")) > limits.frame_bytes
        ):
            return self._too_large()
        if not self._take_credit(now):
            return self.fault(ErrorCode.RATE_LIMITED, "Rate limit exceeded; the frame was ignored")
        if text == "ping":
            return Ping(None, plain=True)
        try:
            # Not NaN and Infinity: JSON has none.
            frame = from_json(text, allow_inf_nan=False)
        except (
            ValueError,
            TypeError,
        ):  # TypeError: a lone surrogate, which no server should let through
            return self.fault(ErrorCode.INVALID_JSON, "The frame is not valid JSON")
        if not isinstance(frame, dict):
            return self.fault(ErrorCode.INVALID_JSON, "The frame is not a JSON object")
        return self._read(frame)

    def receive_bytes(self, data: bytes, now: float) -> Event:
        """Return the fault that a binary frame is: the protocol is JSON in text frames."""
        if len(data) > self._limits.frame_bytes:
            return self._too_large()
        if not self._take_credit(now):
            return self.fault(ErrorCode.RATE_LIMITED, "Rate limit exceeded; the frame was ignored")
        return self.fault(ErrorCode.INVALID_JSON, "Binary frames are not supported; send JSON text")

    def fault(
        self,
        code: ErrorCode,
        message: str,
        *,
        id: FrameId = None,  # noqa: A002 - the wire's name
        details: tuple[ErrorDetail, ...] = (),
        cause: Exception | None = None,
    ) -> Fault:
        """Return a fault, counted: the last one allowed in a row asks for the socket to be closed.

        Those that are the server's own, `internal`, count once there were many in a row: a client may go on as
        long as it does not try the same for ever.
        """
        if code is ErrorCode.INTERNAL:
            self._failed += 1
        if code is not ErrorCode.INTERNAL or self._failed > _FREE_FAILURES:
            self._bad += 1
        bound = self._limits.bad_frames
        close = CloseCode.POLICY_VIOLATION if bound is not None and self._bad >= bound else None
        return Fault(code, message, details, id, cause, close)

    def served(self) -> None:
        """Note that a frame was served: the count of bad ones in a row starts again."""
        self._bad = 0
        self._failed = 0

    def _too_large(self) -> Fault:
        message = f"The frame is larger than {self._limits.frame_bytes} bytes"
        return Fault(ErrorCode.INVALID_JSON, message, close=CloseCode.TOO_LARGE)

    def _take_credit(self, now: float) -> bool:
        """Take one frame from a bucket that fills at the allowed rate; return whether there was one."""
        rate = self._limits.frames_per_second
        if rate is None:
            return True
        self._credit = min(
            float(self._limits.frame_burst), self._credit + (now - self._seen) * rate
        )
        self._seen = now
        if self._credit < 1.0:
            return False
        self._credit -= 1.0
        return True

    def _read(self, frame: dict[str, object]) -> Event:
        identity = _read_id(frame.get("id"))
        if isinstance(identity, ErrorDetail):
            return self.fault(ErrorCode.INVALID_PAYLOAD, "The id is invalid", details=(identity,))
        kind = frame.get("type")
        if kind == "ping":
            return Ping(identity)
        route, _, verb = kind.rpartition(".") if isinstance(kind, str) else ("", "", "")
        request_type = self._requests.get(route)
        if request_type is None or verb not in ("subscribe", "unsubscribe"):
            return self.fault(ErrorCode.UNKNOWN_TYPE, "Unknown frame type", id=identity)
        try:
            # JSON mode, because the request came as JSON: a strict model takes a date from its text only there.
            request = request_type.model_validate_json(to_json(frame.get("payload")))
        except ValidationError as error:
            message, details = _explained(error)
            return self.fault(ErrorCode.INVALID_PAYLOAD, message, id=identity, details=details)
        except Exception as error:  # validators of the request model are user code
            return self.fault(ErrorCode.INTERNAL, "Internal server error", id=identity, cause=error)
        if verb == "subscribe":
            return Subscribe(route, request, identity)
        return Unsubscribe(route, request, identity)


def _read_id(value: object) -> FrameId | ErrorDetail:
    """Return the id of a frame, or what is wrong with it. It is kept until the answer, so its size is bounded."""
    if isinstance(value, str):
        if len(value) <= _LONGEST_ID:
            return value
        wrong = f"Must be a string of at most {_LONGEST_ID} characters"
    elif isinstance(value, int) and not isinstance(value, bool):
        if -_LARGEST_ID <= value < _LARGEST_ID:
            return value
        wrong = "Must be an integer of at most 64 bits"
    elif value is None:
        return None
    else:
        wrong = "Must be a string or an integer"
    return ErrorDetail(loc=("id",), message=wrong, type="id_type")


def _explained(error: ValidationError) -> tuple[str, tuple[ErrorDetail, ...]]:
    """Return the message and the details of an answer, of a size that does not depend on how much is wrong."""
    count = error.error_count()
    if count > _MOST_DETAILS:
        return f"The payload is invalid in {count} places, too many to list", ()
    found = error.errors(include_url=False, include_context=False, include_input=False)
    details = tuple(
        ErrorDetail(
            loc=("payload", *map(_short_key, item["loc"][:_MOST_KEYS])),
            message=_short(item["msg"], _LONGEST_MESSAGE),
            type=item["type"],
        )
        for item in found
    )
    return "The payload is invalid", details


def _short_key(key: str | int) -> str | int:
    return key if isinstance(key, int) else _short(key, _LONGEST_KEY)


def _short(text: str, longest: int) -> str:
    """Return a text that may quote what the client sent, at a bounded length."""
    return text if len(text) <= longest else text[:longest] + "…"
