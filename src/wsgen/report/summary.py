"""The result of a run as Markdown, for the summary of a job in GitHub Actions."""

import html
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from wsgen.diagnostics import Diagnostic
from wsgen.report.display import display_path, printable
from wsgen.result import RunResult, State

_ROWS = 100
_LENGTH = 500
"""Of a text. GitHub shows no summary that is larger than 1 MiB."""


def format_summary(result: RunResult, base: Path | None = None) -> str:
    """Return a heading, the states of the modules, and a table of the diagnostics with paths relative to `base`.

    All that sources may have written is escaped in HTML, in which GitHub looks for no Markdown.
    """
    problems = result.diagnostics
    heading = "wsgen: no problems" if not problems else f"wsgen: {_counted(problems)}"
    counts = {state: result.count(state) for state in State if state is not State.EMPTY}
    modules = ", ".join(f"{count} {state.value}" for state, count in counts.items() if count)
    clients = sum(client.state is not State.EMPTY for client in result.clients)
    total = sum(counts.values()) - clients
    noun = "module" if total == 1 else "modules"
    counted = [f"{total} {noun}"] if total else []
    counted += [f"{clients} {'client' if clients == 1 else 'clients'}"] if clients else []
    parts = [f"### {heading}", f"{', '.join(counted)}: {modules}" if counted else ""]
    if problems:
        rows = "\n".join(_row(item, base) for item in problems[:_ROWS])
        head = "<tr><th>Place</th><th>Code</th><th>Problem</th></tr>"
        parts.append(f"<table>\n{head}\n{rows}\n</table>")
    if len(problems) > _ROWS:
        parts.append(f"... and {len(problems) - _ROWS} more, which the log has.")
    return "\n\n".join(filter(None, parts)) + "\n"


def _counted(problems: Sequence[Diagnostic]) -> str:
    counts = Counter(item.severity.value for item in problems)
    return ", ".join(
        f"{count} {name}" if count == 1 else f"{count} {name}s" for name, count in counts.items()
    )


def _row(item: Diagnostic, base: Path | None) -> str:
    place = ""
    if span := item.span:
        place = f"<code>{_escaped(display_path(span.path, base))}:{span.line}:{span.column}</code>"
    problem = "<br>".join(_with_code(text) for text in (item.message, item.help) if text)
    return f"<tr><td>{place}</td><td>{item.code}</td><td>{problem}</td></tr>"


def _with_code(text: str) -> str:
    return re.sub("`([^`]+)`", r"<code>\1</code>", _escaped(text))


def _escaped(text: str) -> str:
    shown = printable(text)
    return html.escape(shown if len(shown) <= _LENGTH else f"{shown[:_LENGTH]} ...")
