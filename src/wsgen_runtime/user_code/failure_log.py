"""Logs failures of user code: repeated failures are one traceback and a count."""

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wsgen_runtime.user_code.redaction import without_input

_log = logging.getLogger("wsgen_runtime")
_MOST = 100  # different failures that are remembered
_QUIET = 60.0  # seconds after which the same failure is logged with its traceback again
_DEEPEST = 20  # exceptions of one chain of causes that are examined

_Place = tuple[object, ...]


@dataclass(slots=True)
class _Known:
    """A failure that was logged with its traceback at `shown` and has happened `count` times since."""

    shown: float
    count: int = 0


class FailureLog:
    """The log of the failures of one app, which clients can cause as often as they like.

    Failures are equal if the same exceptions came from the same lines of code, whatever their messages, which
    may contain text of a client. The first one is logged with its traceback, and then the 10th, the 100th and
    so on in one line. After a minute, the next one is logged with its traceback again, and with the count.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[_Place, _Known] = OrderedDict()

    def note(
        self,
        message: str,
        error: BaseException | None = None,
        *,
        show: Callable[[BaseException], BaseException] = without_input,
        context: Mapping[str, object] | None = None,
    ) -> None:
        """Log one failure; `show` returns the exception to log in place of `error`."""
        place = (message, *_place_of(error))
        known = self._known.pop(place, None)
        now = time.monotonic()
        again = (
            f" ({known.count} more times since it was last logged)" if known and known.count else ""
        )
        if known is None or now - known.shown >= _QUIET:
            known = _Known(now)
            _log.error("%s%s", message, again, exc_info=error and show(error), extra=context)
        else:
            known.count += 1
            if known.count >= 10 and str(known.count).rstrip("0") == "1":
                kind = f": {type(error).__qualname__}" if error is not None else ""
                _log.error(
                    "%s, as before, %d more times%s", message, known.count, kind, extra=context
                )
        self._known[place] = known
        if len(self._known) > _MOST:
            self._known.popitem(last=False)


def _place_of(error: BaseException | None) -> _Place:
    """Return the types of the error and its causes, and the lines of their tracebacks."""
    place: list[object] = []
    for _ in range(_DEEPEST):
        if error is None:
            break
        place.append(type(error))
        traceback = error.__traceback__
        while traceback is not None:
            place.append((traceback.tb_frame.f_code, traceback.tb_lineno))
            traceback = traceback.tb_next
        error = error.__cause__ or error.__context__
    return tuple(place)
