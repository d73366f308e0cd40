"""Diagnostics as GitHub workflow commands, which become annotations on a pull request."""

from collections.abc import Iterable
from pathlib import Path

from wsgen.diagnostics import Diagnostic
from wsgen.report.display import display_path, printable, text_of


def format_github(diagnostics: Iterable[Diagnostic], base: Path | None = None) -> str:
    """Return one `::error ...::message` line for each diagnostic, with paths relative to `base`."""
    return "\n".join(_command(item, base) for item in diagnostics)


def _command(item: Diagnostic, base: Path | None) -> str:
    properties = {"title": f"wsgen {item.code}"}
    if span := item.span:
        properties |= {
            "file": display_path(span.path, base),
            "line": str(span.line),
            "col": str(span.column),
            "endLine": str(span.end_line or span.line),
            "endColumn": str(span.end_column or span.column),
        }
    pairs = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{item.severity.value} {pairs}::{_data(text_of(item))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(printable(text)).replace(":", "%3A").replace(",", "%2C")
