"""Diagnostics as SARIF 2.1.0, the format of code scanning services."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from wsgen._version import __version__
from wsgen.codes import CODES
from wsgen.diagnostics import Diagnostic, Span
from wsgen.report.display import display_path, printable


def format_sarif(diagnostics: Iterable[Diagnostic], base: Path | None = None) -> str:
    """Return one SARIF log with one run, as JSON; places are URIs relative to `base`."""
    items = tuple(diagnostics)
    codes = sorted({item.code for item in items})
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "wsgen",
                        "version": __version__,
                        "rules": [_rule(code) for code in codes],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_result(item, codes.index(item.code), base) for item in items],
            }
        ],
    }
    return json.dumps(log, indent=2)


def _rule(code: str) -> dict[str, object]:
    entry = CODES[code]
    return {
        "id": code,
        "shortDescription": {"text": entry.title},
        "fullDescription": {"text": f"{entry.what} {entry.why}"},
        "help": {"text": entry.fix},
    }


def _result(item: Diagnostic, rule: int, base: Path | None) -> dict[str, object]:
    text = " ".join(printable(part) for part in (item.message, item.help) if part)
    result: dict[str, object] = {
        "ruleId": item.code,
        "ruleIndex": rule,
        "level": item.severity.value,
        "message": {"text": text},
    }
    if item.span:
        result["locations"] = [_location(item.span, base)]
    if item.notes:
        result["relatedLocations"] = [
            {**_location(note.span, base), "message": {"text": printable(note.message)}}
            for note in item.notes
        ]
    if item.fix:
        place = _location(item.fix.span, base)["physicalLocation"]
        replacement = {
            "deletedRegion": place["region"],
            "insertedContent": {"text": item.fix.text},
        }
        result["fixes"] = [
            {
                "description": {"text": printable(item.help or item.message)},
                "artifactChanges": [
                    {"artifactLocation": place["artifactLocation"], "replacements": [replacement]}
                ],
            }
        ]
    return result


def _location(span: Span, base: Path | None) -> dict[str, dict[str, object]]:
    region = {"startLine": span.line, "startColumn": span.column}
    if span.end_line:
        region |= {"endLine": span.end_line, "endColumn": max(span.end_column, 1)}
    path = display_path(span.path, base)
    if path.startswith(("/", "../")):
        uri = span.path.absolute().as_uri()
    else:
        uri = quote(os.fsencode(path), safe="/:" if "://" in path else "/")
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": uri},
            "region": region,
        }
    }
