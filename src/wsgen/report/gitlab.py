"""Diagnostics as a Code Quality report of GitLab, which a merge request shows."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from wsgen.diagnostics import Diagnostic, Severity
from wsgen.report.display import display_path, printable, text_of

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor"}
_NOWHERE = "."
"""The path of a diagnostic that no file has caused; GitLab requires one."""


def format_gitlab(diagnostics: Iterable[Diagnostic], base: Path | None = None) -> str:
    """Return one JSON array with an entry for each diagnostic, with paths relative to `base`.

    GitLab compares fingerprints between branches. They do not depend on lines, so that a problem that has moved
    is not a new one; equal problems in one file are numbered.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    entries = []
    for item in diagnostics:
        path = printable(display_path(item.span.path, base)) if item.span else _NOWHERE
        problem = (path, item.code, item.message)
        parts = (*problem, str(seen[problem]))
        seen[problem] += 1
        entries.append(
            {
                "description": text_of(item),
                "check_name": item.code,
                "fingerprint": hashlib.sha256(json.dumps(parts).encode()).hexdigest(),
                "severity": _SEVERITIES[item.severity],
                "location": {
                    "path": path,
                    "lines": {"begin": item.span.line if item.span else 1},
                },
            }
        )
    return json.dumps(entries, indent=2)
