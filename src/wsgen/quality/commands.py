"""Find the commands of the tools that the steps need."""

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from wsgen.diagnostics import Diagnostic
from wsgen.errors import ToolError
from wsgen.quality.installed import command_beside, command_on_path, installed_version
from wsgen.quality.steps import STEPS

Tools = Mapping[str, tuple[str, ...]]
"""For each tool the beginning of its command line."""


def find_tools(steps: Iterable[str], *, root: Path) -> Tools:
    """Return the command of each tool that `steps` need.

    The one beside this interpreter comes first, then the tool as a module of it, then PATH, where
    entries that are not absolute count from `root`. Raises ToolError that names every step whose tool
    is not installed, or that does not exist.
    """
    names = tuple(dict.fromkeys(steps))
    unknown = [name for name in names if name not in STEPS]
    if unknown:
        message = f"no such quality step: {', '.join(unknown)}"
        help_text = f"the steps are {', '.join(STEPS)}"
        raise ToolError(message, [Diagnostic("WSG500", message, help=help_text)])
    found = {tool: _find(tool, root) for tool in dict.fromkeys(STEPS[n].tool for n in names)}
    missing = [tool for tool, command in found.items() if command is None]
    if missing:
        raise _not_installed(missing, [n for n in names if STEPS[n].tool in missing])
    return {tool: command for tool, command in found.items() if command is not None}


def _find(tool: str, root: Path) -> tuple[str, ...] | None:
    if beside := command_beside(tool):
        return (beside,)
    if installed_version(tool):
        # -P: a file of the project that is called like the tool is not imported in its place.
        return (sys.executable, "-P", "-m", tool)
    if on_path := command_on_path(tool):
        return (os.path.join(root, on_path),)
    return None


def _not_installed(tools: list[str], steps: list[str]) -> ToolError:
    plural = len(tools) > 1
    quoted = ", ".join(f'"{name}"' for name in steps)
    *others, last = tools
    listed = f"{', '.join(others)} and {last}" if others else last
    message = (
        f"{listed} {'are' if plural else 'is'} not installed, "
        f"but the quality step{'s' if len(steps) > 1 else ''} {quoted} "
        f"need{'' if len(steps) > 1 else 's'} {'them' if plural else 'it'}"
    )
    help_text = (
        'install the tools with `pip install "wsgen[quality]"`, '
        f"or leave {quoted} out of `steps` in [tool.wsgen.quality]"
    )
    step = steps[0] if len(steps) == 1 else None
    return ToolError(message, [Diagnostic("WSG500", message, help=help_text, step=step)])
