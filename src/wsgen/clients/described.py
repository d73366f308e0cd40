"""What a client is made from: a document, what it is called, and where its parts are declared."""

from collections.abc import Callable
from dataclasses import dataclass

from wsgen.diagnostics import Diagnostic, Severity, Span
from wsgen.outputs.clients.contract import Json, Owner, Problem

_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Described:
    """A valid document of AsyncAPI 3; `place` returns where a problem in it is, `model` where a type is declared.

    The model of a type is looked for by the name of the type, and else by what it is for.
    """

    document: Json
    place: Callable[[Problem], Span | None]
    model: Callable[[str, Owner | None], Span | None]

    @property
    def title(self) -> str:
        """Return the title and version of the document, the same wherever it was read from."""
        info = self.document.get("info")
        texts = [info.get(key) for key in ("title", "version")] if isinstance(info, dict) else []
        return " ".join(text[:_LONGEST] for text in texts if isinstance(text, str) and text)

    def diagnostic(self, problem: Problem) -> Diagnostic:
        """Return the diagnostic of a `problem` in the document."""
        severity = Severity.WARNING if problem.warning else Severity.ERROR
        span = self.place(problem)
        return Diagnostic(problem.code, problem.message, span, problem.help, severity)
