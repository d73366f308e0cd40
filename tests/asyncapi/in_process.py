"""Validate documents in the process of the test, which is faster, and which coverage sees."""

from pathlib import Path

from wsgen.asyncapi.validation.validate import tell_of_text
from wsgen.diagnostics import Diagnostic, in_order


def validate_text(path: Path, data: bytes) -> tuple[Diagnostic, ...]:
    """Return what is wrong with the document in `data`, sorted; `path` names it in the diagnostics."""
    told: list[object] = []
    tell_of_text(path, data, told.append)
    return in_order(item for item in told if isinstance(item, Diagnostic))
