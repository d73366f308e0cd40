"""Refuse texts that are not Python before any tool sees them.

Each tool stumbles in its own way over such a file, and some would stop checking the others.
"""

import ast
from collections.abc import Iterator

from wsgen.diagnostics import Diagnostic
from wsgen.quality.places import source_span
from wsgen.quality.problems import Finding
from wsgen.quality.staged import StagedModule


def unreadable_files(module: StagedModule) -> Iterator[Diagnostic]:
    """Yield an error for each file of `module` that Python cannot parse."""
    for name, text in module.files.items():
        try:
            ast.parse(text, name)
        except (SyntaxError, ValueError) as error:
            # ValueError: the text holds null bytes or halves of surrogate pairs.
            line = (error.lineno if isinstance(error, SyntaxError) else None) or 1
            lines = text.splitlines()
            shown = lines[line - 1].encode("utf-8", "backslashreplace").decode() if lines else ""
            reason = error.msg if isinstance(error, SyntaxError) else str(error)
            yield Diagnostic(
                "WSG510",
                f'the file generated for module "{module.name}" is not Python: {reason} ({name}:{line})',
                span=source_span(Finding(name, line, 1, "", None, ""), module, {}),
                help="correct the template that it was made from",
                module=module.name,
                output=f"{name}:{line}: {shown}",
            )
