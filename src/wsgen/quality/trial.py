"""Start each tool once and without work, to tell before any run whether it runs at all."""

import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from wsgen.diagnostics import Diagnostic
from wsgen.errors import ToolError
from wsgen.quality.diagnosis import steps_without
from wsgen.quality.problems import BrokenToolError
from wsgen.quality.processes import Processes, missing_interpreter
from wsgen.settings.config import STEPS, Config

_SECONDS = 60.0
_LONGEST = 200


def tools_that_fail(
    commands: Mapping[str, Sequence[str]], config: Config, jobs: int
) -> Mapping[str, Diagnostic]:
    """Return an error for each tool that does not run; `commands` has the beginning of its command line, by tool.

    A tool is asked for its version. A command of the project is not run, since nobody knows what it would do with
    that: only the interpreter that it names is looked for.
    """
    known = {tool: command for tool, command in commands.items() if tool in STEPS.values()}
    # In a folder without the settings and plugins of the project, which would be loaded first.
    with TemporaryDirectory(prefix="wsgen-") as folder:
        timeout = min(config.timeout, _SECONDS)
        processes = Processes(directory=Path(folder), timeout=timeout, jobs=jobs)
        tasks = [partial(_why_not, tool, command, processes) for tool, command in known.items()]
        with processes.side_by_side(tasks) as results:
            wrong = {tool: reason for tool, reason in results if reason}
    for tool, command in commands.items():
        if tool not in known and (name := missing_interpreter(command[0], config.root)):
            wrong[tool] = f"its interpreter {name} does not exist"
    return {tool: _failed(tool, wrong[tool], config) for tool in commands if tool in wrong}


def _why_not(tool: str, command: Sequence[str], processes: Processes) -> tuple[str, str]:
    """Return the tool, and why it cannot say its version; an empty text if it can."""
    try:
        outcome = processes.run([*command, "--version"], step=tool, environment=os.environ)
    except (BrokenToolError, ToolError) as error:
        return tool, error.diagnostics[0].message.removeprefix(f"{tool} ")
    if outcome.returncode == 0:
        return tool, ""
    said = outcome.output.strip().splitlines()
    ended = f"`--version` ends with exit code {outcome.returncode}"
    return tool, f"{ended}: {said[-1].strip()[:_LONGEST]}" if said else ended


def _failed(tool: str, reason: str, config: Config) -> Diagnostic:
    """Return the error that a tool is installed and does not run."""
    own = {name: command.command[0] for name, command in config.commands.items()}
    steps = [step for step in config.steps if own.get(step, STEPS.get(step)) == tool]
    names = ", ".join(f"`{step}`" for step in steps)
    need = (
        f"the quality steps {names} need" if len(steps) > 1 else f"the quality step {names} needs"
    )
    message = f"{tool} does not run, but {need} it: {reason}"
    place = "" if config.environment.is_running else f" in {config.environment.prefix}"
    cure = f"Install it again with `pip install --force-reinstall {tool}`{place}"
    if steps[0] in own:
        cure = f"Correct `quality.commands.{steps[0]}`"
    help_text = f"{cure}, or write `{steps_without(config.steps, steps)}` in [tool.wsgen.quality]."
    return Diagnostic("WSG501", message, help=help_text)
