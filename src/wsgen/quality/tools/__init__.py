"""The quality tools, a file each, which the table of steps in `wsgen.settings.config` registers.

A tool is imported when a step of it is asked for.
"""

from functools import lru_cache
from importlib import import_module

from wsgen.quality.tools.tool import Step, Tool
from wsgen.settings.config import STEPS


@lru_cache(maxsize=64)
def tool_of(step: str) -> Tool:
    """Return the tool that runs the step of this name. Raises KeyError if there is no such step."""
    module = import_module(f"{__name__}.{STEPS[step]}")
    tool: Tool = module.TOOL
    return tool


@lru_cache(maxsize=64)
def step_named(name: str) -> Step:
    """Return the step of this name. Raises KeyError if there is none."""
    return next(step for step in tool_of(name).steps if step.name == name)
