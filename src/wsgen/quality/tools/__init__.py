"""The quality tools, a file each, which the table of steps in `wsgen.settings.config` registers.

A tool is imported when a step of it is asked for. `own_command` makes one of a command of the project.
"""

from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from types import MappingProxyType

from wsgen.quality.tools.tool import Step, Tool
from wsgen.settings.config import STEPS, OwnCommand

_NONE: Mapping[str, OwnCommand] = MappingProxyType({})


def tool_of(step: str, own: Mapping[str, OwnCommand] = _NONE) -> Tool:
    """Return the tool that runs the step of this name, which may be one of the project's `own` commands.

    Raises KeyError if there is no such step.
    """
    if step in own:
        from wsgen.quality.tools.own_command import own_tool

        return own_tool(own[step])
    return _tool_of(step)


def step_named(name: str, own: Mapping[str, OwnCommand] = _NONE) -> Step:
    """Return the step of this name. Raises KeyError if there is none."""
    return next(step for step in tool_of(name, own).steps if step.name == name)


@lru_cache(maxsize=64)
def _tool_of(step: str) -> Tool:
    module = import_module(f"{__name__}.{STEPS[step]}")
    tool: Tool = module.TOOL
    return tool
