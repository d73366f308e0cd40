"""Outcomes: how a command has ended, as what its client is told and what is kept of it."""

from dataclasses import dataclass

from wsgen_runtime.protocol.payloads import ErrorCode, ErrorPayload


@dataclass(frozen=True, slots=True)
class Outcome:
    """The JSON text of the response, or an error.

    It is `final` unless nothing was done and the command may be carried out when it is asked again.
    """

    response: str = ""
    error: ErrorPayload | None = None
    final: bool = True

    def to_text(self) -> str:
        """Return the text that is kept of this outcome."""
        if self.error is None:
            return f"r{self.response}"
        return f"e{self.error.model_dump_json()}"

    @classmethod
    def of_text(cls, text: str) -> "Outcome":
        """Return the outcome of a kept text; raises ValueError for a text that is none."""
        kind, rest = text[:1], text[1:]
        if kind == "r" and rest:
            return cls(rest)
        if kind == "e":
            return cls(error=ErrorPayload.model_validate_json(rest))
        raise ValueError("it is not the answer of a command")


def refused(code: ErrorCode, message: str, *, retry_after: float | None = None) -> Outcome:
    """Return the outcome of a command that was not carried out."""
    return Outcome(
        error=ErrorPayload(code=code, message=message, retry_after=retry_after), final=False
    )


FAILED = Outcome(error=ErrorPayload(code=ErrorCode.INTERNAL, message="Internal server error"))
"""The command may have had its effect, in part or not at all; it is not carried out again."""

UNKNOWN = Outcome(
    error=ErrorPayload(
        code=ErrorCode.OUTCOME_UNKNOWN,
        message="The server that carried out the command stopped before it answered",
    )
)

REUSED = refused(ErrorCode.KEY_REUSED, "The key belongs to a command with another payload")


def unavailable(message: str) -> Outcome:
    """Return the outcome of a command that cannot be carried out now, although it may be a moment later."""
    return refused(ErrorCode.UNAVAILABLE, message, retry_after=1.0)
