"""Run the quality steps over staged modules: the way into this package."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from wsgen.diagnostics import Diagnostic, in_order
from wsgen.errors import ToolError
from wsgen.installed import find_tools
from wsgen.progress import Progress, Unheard
from wsgen.quality.diagnosis import (
    imported_diagnostic,
    module_diagnostics,
    steps_without,
    syntax_error,
    syntax_problems,
    template_diagnostic,
    with_disputes_once,
)
from wsgen.quality.imported_problems import imported_problems
from wsgen.quality.mirror import StagedModule, mirrored
from wsgen.quality.processes import Processes
from wsgen.quality.rounds import Checked, Rounds
from wsgen.quality.settings_files import Homes
from wsgen.quality.shown_commands import shown_commands
from wsgen.quality.template_problems import template_problems
from wsgen.quality.tools import step_named, tool_of
from wsgen.quality.workbench import Workbench
from wsgen.settings.cache_folder import usable_cache
from wsgen.settings.choice import explained_steps
from wsgen.settings.config import STEPS, Config


@dataclass(frozen=True, slots=True)
class QualityResult:
    """The outcome of all steps.

    `files` holds, by output directory, the final texts of the modules that passed. For each of the others there
    is an error among the diagnostics.
    """

    files: Mapping[Path, Mapping[str, str]]
    diagnostics: tuple[Diagnostic, ...]


def run_steps(
    modules: Sequence[StagedModule],
    config: Config,
    *,
    jobs: int,
    lasting: bool = True,
    progress: Progress | None = None,
) -> QualityResult:
    """Take each of `modules` through its steps; return the texts of those that pass, which no step would change.

    Nothing in the project is written, except in its cache, where mypy keeps what makes the next run fast. At most
    `jobs` processes run at once. With `lasting` off, type checkers read all imported files again. `progress`
    hears which steps run.

    Raises ToolError if a tool is missing or cannot work at all; what is wrong with a module is in the result.
    """
    own = config.commands
    commands = commands_of(config)
    # A fixing step also fails for what it cannot fix, which another step of the tool reports.
    labels = {
        reporting: step
        for step in config.steps
        if (reporting := step_named(step, own).reported_by) is not None
        and reporting not in config.steps
    }
    steps = (*config.steps, *labels)
    readable = {}
    unreadable: dict[Path, Checked] = {}
    for module in modules:
        # What is in place has passed before.
        problems = () if module.in_place else tuple(syntax_problems(module))
        if problems:
            unreadable[module.output] = Checked(module.files, tuple(("", p) for p in problems))
        else:
            further = tuple(name for name, step in labels.items() if step in module.steps)
            readable[module.output] = replace(module, steps=(*module.steps, *further))
    diagnostics = list(_syntax_errors(modules, unreadable))
    used = {step for module in readable.values() for step in module.steps}
    tools = {tool.steps: tool for tool in (tool_of(step, own) for step in sorted(used))}.values()
    with mirrored(config.root, list(readable.values()), tuple(tools), lasting=lasting) as mirror:
        bench = Workbench(
            mirror=mirror,
            modules=readable,
            commands={step: commands[labels.get(step, step)] for step in steps},
            own=own,
            steps=steps,
            sources=config.sources,
            cache=usable_cache(config.cache),
            processes=Processes(directory=mirror.top, timeout=config.timeout, jobs=jobs),
            environment=config.environment,
            homes=Homes(config.environment),
        )
        results = Rounds(bench, steps, progress or Unheard()).run()
        passed = {output: checked.files for output, checked in results.items() if checked.passed}
        diagnostics += with_disputes_once(_diagnostics(bench, results, labels))
    return QualityResult(passed, in_order(diagnostics))


def _syntax_errors(
    modules: Sequence[StagedModule], unreadable: Mapping[Path, Checked]
) -> Iterator[Diagnostic]:
    """Yield an error for each file that is not Python; for each line of a template, if that is why."""
    staged = {module.output: module for module in modules if module.output in unreadable}
    shared, rest = template_problems(
        staged.values(), unreadable, directory=lambda _: "", judges_types=lambda _: False
    )
    for mistake in shared:
        yield syntax_error(mistake.found[0].module, mistake.found[0].problem, mistake)
    for output, checked in rest.items():
        for _, problem in checked.problems:
            yield syntax_error(staged[output], problem)


def _diagnostics(
    bench: Workbench, results: Mapping[Path, Checked], labels: Mapping[str, str]
) -> Iterator[Diagnostic]:
    """Yield what is wrong with the modules that failed; a mistake in a template concerns all made from it."""
    own = bench.own
    commands = {
        output: partial(shown_commands, bench, bench.modules[output], checked.files)
        for output, checked in results.items()
    }
    shared, rest = template_problems(
        bench.modules.values(),
        results,
        directory=bench.mirror.relative,
        judges_types=lambda step: tool_of(step, own).reads_imports,
    )
    for problem in shared:
        first = problem.found[0]
        step = labels.get(first.step, first.step)
        output = first.module.output
        text = results[output].files[first.file]
        yield template_diagnostic(problem, text, step, commands[output], bench)
    imported, rest = imported_problems(bench.modules, rest)
    for stopped in imported:
        step = labels.get(stopped.step, stopped.step)
        yield imported_diagnostic(stopped, step, commands[stopped.modules[0].output], bench)
    for output, checked in rest.items():
        yield from module_diagnostics(
            bench.modules[output],
            checked,
            directory=bench.mirror.relative(output),
            labels=labels,
            commands=commands[output],
            own=own,
        )


def commands_of(config: Config) -> Mapping[str, tuple[str, ...]]:
    """Return the beginning of the command line of each step.

    Raises ToolError that names every step whose tool is not installed, or that does not exist.
    """
    own, root = config.commands, config.root
    names = tuple(dict.fromkeys(config.steps))
    if unknown := [name for name in names if name not in STEPS and name not in own]:
        message = f"there is no quality step {', '.join(f'`{name}`' for name in unknown)}"
        help_text = f"Use one of {', '.join((*STEPS, *own))}."
        raise ToolError(message, [Diagnostic("WSG500", message, help=help_text)])
    lines = {name: own[name].command if name in own else (tool_of(name).name,) for name in names}
    tool_by_step = {name: line[0] for name, line in lines.items()}
    found = find_tools(tool_by_step.values(), config.environment, root=root)
    if missing := [tool for tool, place in found.items() if place is None]:
        raise _not_installed(missing, tool_by_step, config)
    commands = {tool: place.command for tool, place in found.items() if place is not None}
    return {name: (*commands[line[0]], *line[1:]) for name, line in lines.items()}


def _not_installed(tools: list[str], tool_by_step: Mapping[str, str], config: Config) -> ToolError:
    """Return the error that steps cannot run for want of `tools`, with the reason why they are steps."""
    steps = [step for step, tool in tool_by_step.items() if tool in tools]
    plural = len(tools) > 1
    quoted = ", ".join(f"`{name}`" for name in steps)
    *others, last = tools
    listed = f"{', '.join(others)} and {last}" if others else last
    because = dict(explained_steps(config).chosen)
    own = [step for step in steps if step in config.commands]
    reasons = dict.fromkeys(because[s] for s in steps if s in because and s not in own)
    message = (
        f"{listed} {'are' if plural else 'is'} not installed, "
        f"but the quality step{'s' if len(steps) > 1 else ''} {quoted} "
        f"need{'' if len(steps) > 1 else 's'} {'them' if plural else 'it'}"
        f"{': ' if reasons else ''}{'; '.join(reasons)}"
    )
    cures = [f"correct `quality.commands.{step}`" for step in own]
    if packages := dict.fromkeys(tool_by_step[step] for step in steps if step not in own):
        install = f"`pip install {' '.join(packages)}`"
        place = "" if config.environment.is_running else f" in {config.environment.prefix}"
        cures.insert(0, f"install {'them' if plural else 'it'} with {install}{place}")
    cures.append(f"or write `{steps_without(tool_by_step, steps)}` in [tool.wsgen.quality].")
    help_text = ", ".join(cures)
    return ToolError(
        message,
        [
            Diagnostic(
                "WSG500",
                message,
                help=f"{help_text[0].upper()}{help_text[1:]}",
                step=steps[0] if len(steps) == 1 else None,
            )
        ],
    )
