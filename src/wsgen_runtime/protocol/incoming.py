"""Reads the frames of one client, without I/O: frames in, events out."""

import json
import math
from collections.abc import Mapping
from hashlib import blake2b
from types import MappingProxyType
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json, to_json

from wsgen_runtime.limits import Limits
from wsgen_runtime.protocol.closing import CloseCode
from wsgen_runtime.protocol.details import MOST_DETAILS, bounded
from wsgen_runtime.protocol.events import (
    AskCommand,
    Event,
    Fault,
    FrameId,
    Hello,
    Ping,
    Reauthenticate,
    Subscribe,
    Unsubscribe,
)
from wsgen_runtime.protocol.frame_ids import find_id, read_id
from wsgen_runtime.protocol.frames import size_of
from wsgen_runtime.protocol.no_request import NoRequest
from wsgen_runtime.protocol.payloads import ClientHello, ClientToken, ErrorCode, ErrorDetail
from wsgen_runtime.protocol.positions import read_position

_LONGEST_KEY_OF_COMMAND = 128
_NO_COMMANDS: Mapping[str, type[BaseModel]] = MappingProxyType({})
_FREE_FAILURES = 20
_SOON = 1.0  # seconds after which a client may ask again what the server has failed to do


Model = TypeVar("Model", bound=BaseModel)


class ServerProtocol:
    """The server's end of one connection: reads frames, limits their rate and counts invalid ones.

    `requests` maps each route to its request model, and `commands` each command. The caller passes the time, in
    seconds of any monotonic clock. `greeted` says whether the client has sent `hello`.
    """

    __slots__ = (
        "_bad",
        "_commands",
        "_credit",
        "_failed",
        "_fresh",
        "_limits",
        "_requests",
        "_seen",
        "greeted",
    )

    def __init__(
        self,
        requests: Mapping[str, type[BaseModel]],
        limits: Limits,
        now: float,
        commands: Mapping[str, type[BaseModel]] = _NO_COMMANDS,
    ) -> None:
        self._requests = requests
        self._commands = commands
        self._limits = limits
        self._bad = 0
        self._failed = 0
        self._credit = float(limits.frame_burst)
        self._seen = now
        self._fresh = True
        self.greeted = False

    def receive_text(self, text: str, now: float) -> Event:
        """Return the event of the text frame `text`. Never raises."""
        limits = self._limits
        # A character takes up to four bytes, so that the size of most texts need not be counted.
        if len(text) * 4 > limits.frame_bytes and (
            len(text) > limits.frame_bytes
            or len(text.encode(errors="surrogatepass")) > limits.frame_bytes
        ):
            return self._too_large(self._id_in(text))
        if not self._take_credit(now):
            return self._too_fast(self._id_in(text))
        first, self._fresh = self._fresh, False
        if text == "ping":
            return Ping(None, plain=True)
        try:
            # NaN and Infinity are not JSON.
            frame = from_json(text, allow_inf_nan=False)
        except (ValueError, TypeError):  # TypeError: a lone surrogate, which servers should refuse
            return self.fault(
                ErrorCode.INVALID_JSON, "The frame is not valid JSON", id=self._id_in(text)
            )
        if not isinstance(frame, dict):
            return self.fault(ErrorCode.INVALID_JSON, "The frame is not a JSON object")
        return self._read(frame, first, text)

    def receive_bytes(self, data: bytes, now: float) -> Event:
        """Return a fault: the protocol uses text frames only."""
        if len(data) > self._limits.frame_bytes:
            return self._too_large(None)
        if not self._take_credit(now):
            return self._too_fast(None)
        self._fresh = False
        return self.fault(ErrorCode.INVALID_JSON, "Binary frames are not supported; send JSON text")

    def fault(
        self,
        code: str,
        message: str,
        *,
        id: FrameId = None,  # noqa: A002 - the wire's name
        details: tuple[ErrorDetail, ...] = (),
        cause: BaseException | None = None,
        retry_after: float | None = None,
    ) -> Fault:
        """Return a fault and count it; at the limit of consecutive faults, it asks for the socket to be closed.

        Faults of the server itself (`internal`) count only after many in a row, so that a client may retry a
        number of times, but not forever.
        """
        if code is ErrorCode.INTERNAL:
            self._failed += 1
        if code is not ErrorCode.INTERNAL or self._failed > _FREE_FAILURES:
            self._bad += 1
        bound = self._limits.bad_frames
        close = CloseCode.POLICY_VIOLATION if bound is not None and self._bad >= bound else None
        return Fault(code, message, details, id, cause, close, retry_after)

    def failure(self, frame_id: FrameId, cause: BaseException) -> Fault:
        """Return the fault of a frame for which user code has raised `cause`, and count it."""
        return self.fault(
            ErrorCode.INTERNAL,
            "Internal server error",
            id=frame_id,
            cause=cause,
            retry_after=_SOON,
        )

    def served(self) -> None:
        """Reset the count of consecutive faults, since a frame was served."""
        self._bad = 0
        self._failed = 0

    def _too_large(self, frame_id: FrameId) -> Fault:
        message = f"The frame is larger than {self._limits.frame_bytes} bytes"
        return Fault(ErrorCode.INVALID_JSON, message, id=frame_id, close=CloseCode.TOO_LARGE)

    def _too_fast(self, frame_id: FrameId) -> Fault:
        wait = (1.0 - self._credit) / (self._limits.frames_per_second or math.inf)
        return self.fault(
            ErrorCode.RATE_LIMITED,
            "Rate limit exceeded; the frame was ignored",
            id=frame_id,
            retry_after=math.ceil(wait * 1_000) / 1_000,
        )

    def _id_in(self, text: str) -> FrameId:
        """Return the id of a frame that is not read; without `hello`, answers to such frames have none."""
        return find_id(text) if self.greeted else None

    def _take_credit(self, now: float) -> bool:
        """Take one token from a bucket that refills at the allowed rate; return whether there was one."""
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

    def _read(self, frame: dict[str, object], first: bool, text: str) -> Event:
        identity = read_id(frame.get("id"))
        if isinstance(identity, ErrorDetail):
            return self.fault(ErrorCode.INVALID_PAYLOAD, "The id is invalid", details=(identity,))
        kind = frame.get("type")
        if kind == "ping":
            return Ping(identity)
        if kind == "hello":
            return self._read_hello(frame.get("payload"), identity, first)
        if kind == "authenticate" and self.greeted:
            return self._read_token(frame.get("payload"), identity)
        route, _, verb = kind.rpartition(".") if isinstance(kind, str) else ("", "", "")
        request_type = self._requests.get(route)
        if request_type is None or verb not in ("subscribe", "unsubscribe"):
            return self._read_command(kind, frame, identity, text)
        request = self._validated(request_type, frame.get("payload"), identity)
        if isinstance(request, Fault):
            return request
        if verb == "subscribe":
            return Subscribe(route, request, identity, read_position(frame.get("since")))
        return Unsubscribe(route, request, identity)

    def _read_hello(self, payload: object, frame_id: FrameId, first: bool) -> Event:
        if not first:
            return self.fault(
                ErrorCode.UNEXPECTED_HELLO, "`hello` must be the first frame", id=frame_id
            )
        try:
            hello = ClientHello.model_validate({} if payload is None else payload)
        except ValidationError as error:
            self._fresh = True  # the client may correct it
            message, details = _explained(error)
            if any(detail.loc == ("payload", "version") for detail in details):
                message = "The version of the protocol is not supported; version 1 is"
            return self.fault(ErrorCode.INVALID_PAYLOAD, message, id=frame_id, details=details)
        self.greeted = True
        return Hello(frozenset(hello.features), frame_id)

    def _read_token(self, payload: object, frame_id: FrameId) -> Event:
        token = self._validated(ClientToken, payload, frame_id)
        return token if isinstance(token, Fault) else Reauthenticate(token.token, frame_id)

    def _read_command(
        self, name: object, frame: dict[str, object], identity: FrameId, text: str
    ) -> Event:
        request_type = self._commands.get(name) if isinstance(name, str) else None
        if request_type is None or not isinstance(name, str):
            return self.fault(ErrorCode.UNKNOWN_TYPE, "Unknown frame type", id=identity)
        key, payload = frame.get("key"), frame.get("payload")
        if key is not None and not (
            isinstance(key, str) and 0 < len(key) <= _LONGEST_KEY_OF_COMMAND
        ):
            wrong = f"Must be a string of 1 to {_LONGEST_KEY_OF_COMMAND} characters"
            detail = ErrorDetail(loc=("key",), message=wrong, type="key_type")
            return self.fault(
                ErrorCode.INVALID_PAYLOAD, "The key is invalid", id=identity, details=(detail,)
            )
        request = self._validated(request_type, payload, identity)
        if isinstance(request, Fault):
            return request
        if key is None:
            return AskCommand(name, request, identity, size_of(text))
        return AskCommand(name, request, identity, size_of(text), key, _digest(name, payload))

    def _validated(
        self, request_type: type[Model], payload: object, identity: FrameId
    ) -> Model | Fault:
        try:
            if payload is None and request_type is NoRequest:
                payload = {}
            # In JSON mode, since only there does a strict model accept a date as text.
            return request_type.model_validate_json(to_json(payload))
        except ValidationError as error:
            message, details = _explained(error)
            return self.fault(ErrorCode.INVALID_PAYLOAD, message, id=identity, details=details)
        except Exception as error:  # validators of the request model are user code
            return self.failure(identity, error)


def _digest(name: str, payload: object) -> str:
    """Return the digest of a command and its payload, in whatever order its keys were sent."""
    text = json.dumps([name, payload], sort_keys=True, separators=(",", ":"))
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _explained(error: ValidationError) -> tuple[str, tuple[ErrorDetail, ...]]:
    """Return the message and the details of an answer, whose size does not depend on the number of errors."""
    count = error.error_count()
    if count > MOST_DETAILS:
        return f"The payload is invalid in {count} places, too many to list", ()
    found = error.errors(include_url=False, include_context=False, include_input=False)
    details = tuple(bounded(("payload", *item["loc"]), item["msg"], item["type"]) for item in found)
    return "The payload is invalid", details
