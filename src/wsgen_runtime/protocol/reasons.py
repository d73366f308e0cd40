"""Reasons for which the server ends subscriptions, with the code that clients get after `hello`."""

from typing import Self

FAILED = "The data source failed"
ENDED = "The data source ended"


class Reason(str):
    """A reason as clients see it, with its code, and the seconds after which asking again may help."""

    __slots__ = ("code", "retry_after")

    code: str
    retry_after: float | None

    def __new__(cls, text: str, code: str, retry_after: float | None = None) -> Self:
        """Return the reason with this text."""
        reason = super().__new__(cls, text)
        reason.code = code
        reason.retry_after = retry_after
        return reason

    @classmethod
    def of(cls, text: str) -> "Reason":
        """Return a reason with the code of `text`, the reason of a producer that has ended in any process."""
        if isinstance(text, Reason):
            return text
        return Reason(text, "internal", 1.0) if text == FAILED else Reason(text, "ended")
