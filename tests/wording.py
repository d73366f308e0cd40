"""How diagnostics are worded: a message is a lower-case clause, a help is a sentence in the imperative."""

import re
import sys
from typing import Any  # as dataclasses annotate what they are given

from wsgen.diagnostics import Diagnostic

TEXTS_OF_TOOLS = {"WSG511", "WSG512", "WSG513"}


def wording_faults(code: str, message: str, help_text: str | None) -> list[str]:
    """Return what is wrong with the texts of a diagnostic with `code`."""
    faults = []
    if code not in TEXTS_OF_TOOLS:
        if re.match(r"(?:A|An|The|It|This|There|No|Not|[A-Z][a-z]{2,}) ", message):
            faults.append(f"{code}: the message starts like a sentence: {message}")
        if re.match(r"(?:unknown|missing|unsupported|unexpected|invalid|nested|no|not) ", message):
            faults.append(f"{code}: the message has no predicate: {message}")
        if message.endswith(".") and not message.endswith("..."):
            faults.append(f"{code}: the message ends with a full stop: {message}")
    if help_text is not None and not re.fullmatch(r"[A-Z].*[.?]", help_text, re.DOTALL):
        faults.append(f"{code}: the help is not a sentence: {help_text}")
    return faults


def observe_wording() -> list[str]:
    """Return a list that gets the faults of each diagnostic that code of wsgen makes from now on."""
    faults: list[str] = []
    made = Diagnostic.__init__

    def observed(self: Diagnostic, *args: Any, **kwargs: Any) -> None:
        made(self, *args, **kwargs)
        caller = sys._getframe(1).f_globals["__name__"]
        if caller.startswith("wsgen."):
            faults.extend(wording_faults(self.code, self.message, self.help))

    Diagnostic.__init__ = observed  # type: ignore[method-assign]  # for all tests
    return faults
