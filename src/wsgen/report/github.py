"""Diagnostics as GitHub workflow commands, which become annotations on a pull request."""

from collections.abc import Iterable
from pathlib import Path

from wsgen.diagnostics import Diagnostic
from wsgen.report.display import display_path, printable


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
    text = "\n".join(part for part in (item.message, item.output, item.help) if part)
    return f"::{item.severity.value} {pairs}::{_data(text)}"


def _data(text: str) -> str:
    # Control characters and line ends are escaped, as in text reports.
    lines = (printable(line.removesuffix("\r")) for line in text.split("\n"))
    return "%0A".join(line.replace("%", "%25") for line in lines)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
