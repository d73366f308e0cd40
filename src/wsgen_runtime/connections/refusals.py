"""Why clients are refused, in the log: each new reason once as a warning, then as information."""

import logging

from wsgen_runtime.auth import NotStartedError, RefusedError
from wsgen_runtime.user_code.redaction import printable

_log = logging.getLogger("wsgen_runtime")
_MOST = 100  # reasons of one kind that are remembered: clients can invent them


class Refusals:
    """The reasons that one app has logged."""

    def __init__(self) -> None:
        self._known: dict[type[RefusedError], set[str]] = {}

    def note(self, refusal: RefusedError) -> None:
        """Log the reason, as a warning if it is a new one."""
        reason = printable(str(refusal))
        known = self._known.setdefault(type(refusal), set())
        level = logging.INFO
        told = isinstance(refusal, NotStartedError)  # and once for each change, not for each reason
        if not told and reason not in known and len(known) < _MOST:
            known.add(reason)
            level = logging.WARNING
        _log.log(level, "a client is refused: %s", reason)
        if level == logging.WARNING and len(known) == _MOST:
            _log.warning("more reasons of this kind are logged at the level INFO only")
