"""Turn the commands in diagnostics into such that do the same where the user types them."""

import os
import re
import shlex
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

from wsgen.result import RunResult

_COMMAND = r"`wsgen (render|diff|clean)\b"


def with_arguments(result: RunResult, *arguments: str) -> RunResult:
    """Return `result` with helps whose commands have `arguments`, without which they work on another project."""
    added = " ".join(map(shlex.quote, arguments))
    diagnostics = tuple(
        replace(
            item,
            help=re.sub(_COMMAND, lambda found: f"{found[0]} {added}", item.help or "") or None,
        )
        for item in result.diagnostics
    )
    return replace(result, diagnostics=diagnostics)


def runnable_in(started: Path, result: RunResult) -> RunResult:
    """Return `result` with commands that can be run in `started`, the folder that `-C` has left."""
    try:
        way = shlex.quote(os.path.relpath(Path.cwd(), started))
    except ValueError:  # another drive
        way = shlex.quote(os.fspath(Path.cwd()))
    diagnostics = []
    for item in result.diagnostics:
        text = re.sub(_COMMAND, lambda found: f"`wsgen -C {way} {found[1]}", item.help or "")
        lines = (item.output or "").split("\n")
        commands = [f"$ (cd {way} && {line[2:]})" for line in takewhile(_is_command, lines)]
        output = "\n".join([*commands, *lines[len(commands) :]])
        diagnostics.append(replace(item, help=text or None, output=output or None))
    return replace(result, diagnostics=tuple(diagnostics))


def _is_command(line: str) -> bool:
    return line.startswith("$ ")
