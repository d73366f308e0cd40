"""Carries out one command: asks whether the user may, calls the service, and reads what comes of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pydantic import BaseModel

from wsgen_runtime.command import Command, CommandContext
from wsgen_runtime.commands.outcomes import FAILED, Outcome, refused
from wsgen_runtime.errors import ServiceError, sound
from wsgen_runtime.limits import Limits
from wsgen_runtime.protocol.frames import size_of
from wsgen_runtime.protocol.payloads import ErrorCode, ErrorPayload
from wsgen_runtime.stats import Counters
from wsgen_runtime.user_code.calls import call
from wsgen_runtime.user_code.stubborn import OverdueError

Serve = Callable[[Command, BaseModel], Awaitable[BaseModel | None]]
"""Returns the request to carry out, or None if the user may not."""


class TooLargeError(Exception):
    """A service returned a response that is larger than `Limits.response_bytes`."""


@dataclass(frozen=True, slots=True)
class Performance:
    """One command that a client has asked for."""

    command: Command
    request: BaseModel
    context: CommandContext
    serve: Serve

    async def run(self, limits: Limits, counters: Counters) -> Outcome:
        """Return the outcome; exceptions of user code are logged and counted."""
        command = self.command
        try:
            request = await self.serve(command, self.request)
            if request is None:
                return refused(ErrorCode.UNAUTHORIZED, "Not authorized to use this command")
        except Exception as raised:  # authorize is user code
            error = sound(raised)
            if isinstance(error, ServiceError):
                counters.refusals += 1
                return _answer_of(error, final=False)
            self._note(counters, "a command could not be authorized", error)
            return Outcome(error=FAILED.error, final=False)
        within = limits.service_timeout if command.timeout is None else command.timeout
        try:
            response = await call(command.run, request, self.context, within=within)
            text = command.encode(response)
            _require_size(text, limits)
        except Exception as raised:  # services are user code
            error = sound(raised)
            if isinstance(error, ServiceError):
                counters.refusals += 1
                # With `retry_after`, the service itself says that asking again may help, so that it is not kept.
                return _answer_of(error, final=error.retry_after is None)
            overdue = isinstance(error, OverdueError)
            what = f"a command did not return within {within} s" if overdue else "a command failed"
            self._note(counters, what, error)
            return FAILED
        return Outcome(text)

    def _note(self, counters: Counters, message: str, error: BaseException) -> None:
        name, client = self.command.name, self.context.client.id
        counters.fail(f"{name}: {message}", error, client=client)


def _answer_of(error: ServiceError, *, final: bool) -> Outcome:
    payload = ErrorPayload(
        code=error.code,
        message=error.message,
        details=tuple(error.details),
        retry_after=error.retry_after,
    )
    return Outcome(error=payload, final=final)


def _require_size(text: str, limits: Limits) -> None:
    size = size_of(text)
    if size > limits.response_bytes:
        raise TooLargeError(
            f"the response has {size} bytes; Limits.response_bytes is {limits.response_bytes}"
        )
