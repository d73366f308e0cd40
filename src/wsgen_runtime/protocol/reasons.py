"""Reasons for which the server ends subscriptions, with the code that clients get after `hello`."""

import json
import re
from typing import Self

CODE = re.compile(r"[a-z][a-z0-9_]{0,63}\Z")
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


def reason_text(reason: str) -> str:
    """Return `reason` as JSON: its text, or a list with its code too if that does not follow from the text."""
    known = Reason.of(str(reason))
    code, after = (
        getattr(reason, "code", known.code),
        getattr(reason, "retry_after", known.retry_after),
    )
    if (code, after) == (known.code, known.retry_after):
        return json.dumps(reason)
    return json.dumps([reason, code, after])


def read_reason(text: str) -> str:
    """Return the reason in JSON, a `Reason` if it has a code; raises ValueError if it is none."""
    value = json.loads(text)
    reason, code, after = (
        value if isinstance(value, list) and len(value) == 3 else (value, None, None)
    )
    if not isinstance(reason, str):
        raise ValueError("its reason is not text")
    reason.encode()  # raises UnicodeEncodeError, a ValueError, for a lone surrogate
    if code is None:
        return reason
    if not isinstance(code, str) or not CODE.match(code):
        raise ValueError("its code is not a code")
    if after is not None and (type(after) not in (int, float) or not 0 <= after < float("inf")):
        raise ValueError("its retry_after is not a number of seconds")
    return Reason(reason, code, after)
