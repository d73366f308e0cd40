"""Turn the problems that tools report in a module into diagnostics that a user can act on."""

import ast
import difflib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from wsgen.diagnostics import Diagnostic, Note, Span
from wsgen.quality.imported_problems import ImportedProblem
from wsgen.quality.mirror import StagedModule
from wsgen.quality.problems import Problem
from wsgen.quality.rounds import Change, Checked
from wsgen.quality.source_spans import source_span
from wsgen.quality.template_problems import TemplateProblem
from wsgen.quality.tools import step_named, tool_of
from wsgen.quality.tools.tool import Tool
from wsgen.quality.workbench import Workbench
from wsgen.settings.config import OwnCommand

Commands = Callable[[Iterable[str]], str]
"""Returns the lines that repeat steps."""

_MISSING = "Create or install {}, correct its name, or add the folder that holds it to `sources` in [tool.wsgen]."
_TYPES = "WSG513"
_DISPUTE = "WSG503"
_SAME_SETTINGS = "Give both the same line length and style"


def syntax_problems(module: StagedModule) -> Iterator[Problem]:
    """Yield a problem for each file of `module` that Python cannot parse.

    Each tool fails in its own way on such a file, and some would stop checking the others.
    """
    for name, text in module.files.items():
        try:
            ast.parse(text, name)
        except (SyntaxError, ValueError) as error:
            # ValueError: the text holds null bytes or halves of surrogate pairs.
            line = (error.lineno if isinstance(error, SyntaxError) else None) or 1
            lines = text.splitlines()
            shown = lines[line - 1].encode("utf-8", "backslashreplace").decode() if lines else ""
            reason = error.msg if isinstance(error, SyntaxError) else str(error)
            yield Problem(name, line, message=reason, output=f"{name}:{line}: {shown}")


def syntax_error(
    module: StagedModule, problem: Problem, shared: TemplateProblem | None = None
) -> Diagnostic:
    """Return the error for a file that Python cannot parse; for all files if the mistake is in a template."""
    number = len(shared.found) if shared else 1
    subject = f"the file generated for module `{module.name}` is"
    place, span = f"{problem.path}:{problem.line}", source_span(problem, module, {})
    if shared and number > 1:
        subject = f"{number} files made from this line are"
        place = f"module `{module.name}`, {place}"
    return Diagnostic(
        "WSG510",
        f"{subject} not valid Python: {problem.message} ({place})",
        span=shared.place if shared else span,
        help="Correct the template that the file was made from.",
        module=module.name if number == 1 else None,
        output=problem.output,
    )


def module_diagnostics(
    module: StagedModule,
    checked: Checked,
    *,
    directory: str,
    labels: Mapping[str, str],
    commands: Commands,
    own: Mapping[str, OwnCommand],
) -> Iterator[Diagnostic]:
    """Yield an error for each problem in `module` and for each file that steps disagree about.

    `directory` is the output directory as it appears in what tools print, `labels` the names of steps that are to
    be called differently, `own` the commands among them that the project defines. `commands` returns the lines
    that repeat steps.
    """
    if checked.broken is not None:
        broken = checked.broken
        yield replace(
            broken,
            message=f"{broken.message} in module `{module.name}`",
            span=source_span(Problem(""), module, {}),
            module=module.name,
            output=f"{commands([broken.step])}\n{broken.output or ''}"
            if broken.step
            else broken.output,
        )
    said: dict[tuple[str, Span | None], tuple[str, str]] = {}
    for step, problem in checked.problems:
        diagnostic = _of_problem(
            module, checked, labels.get(step, step), problem, directory, commands, own
        )
        if diagnostic.code == _TYPES:
            # A fault of a type is found by each type checker and in each file that uses the type.
            key, where = (problem.missing or problem.message, diagnostic.span), (step, problem.path)
            if said.setdefault(key, where) != where:
                continue
        yield diagnostic
    files = dict.fromkeys(change.file for change in checked.disputes)
    for file in files:
        changes = [change for change in checked.disputes if change.file == file]
        yield _dispute(module, changes, labels, commands, own)


def with_disputes_once(found: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Yield `found`, with one diagnostic for the steps that do not agree about several files for one reason."""
    disputes: dict[str, list[Diagnostic]] = {}
    for item in found:
        if item.code != _DISPUTE or item.help is None:
            yield item
        else:
            disputes.setdefault(item.help, []).append(item)
    for items in disputes.values():
        others = len(items) - 1
        also = f" and {others} other file{'s' if others > 1 else ''}" if others else ""
        modules = {item.module for item in items}
        module = items[0].module if len(modules) == 1 else None
        yield replace(items[0], message=f"{items[0].message}{also}", module=module)


def steps_without(steps: Iterable[str], left_out: Collection[str]) -> str:
    """Return the setting to write in order that those of `steps` that are in `left_out` do not run."""
    return f"steps = {json.dumps([step for step in steps if step not in left_out])}"


def _of_problem(
    module: StagedModule,
    checked: Checked,
    step: str,
    problem: Problem,
    directory: str,
    commands: Commands,
    own: Mapping[str, OwnCommand],
) -> Diagnostic:
    how = step_named(step, own)
    where = problem.path.removeprefix(directory + "/")
    place = f" ({where}:{problem.line})" if where in module.files else ""
    rule = f" [{problem.rule}]" if problem.rule else ""
    help_text = how.help if place else f"Correct {problem.message.partition(':')[0]}."
    if problem.missing:
        help_text = _MISSING.format(problem.missing)
    return Diagnostic(
        how.code,
        f"{step} in module `{module.name}`: {problem.message}{rule}{place}",
        span=source_span(problem, module, checked.files),
        help=problem.help or help_text,
        module=module.name,
        step=step,
        output="\n".join([commands([step]), *_further(problem)]),
    )


def template_diagnostic(
    shared: TemplateProblem, text: str, step: str, commands: Commands, bench: Workbench
) -> Diagnostic:
    """Return the error for a problem at a line of a template.

    `text` is that of the first file with the problem, `step` what the step is to be called.
    """
    module, _, file, problem = shared.found[0]
    how, number = step_named(step, bench.own), len(shared.found)
    rule = f" [{problem.rule}]" if problem.rule else ""
    of = f"module `{module.name}`" if number == 1 else f"{number} files made from this line"
    also = "" if number == 1 else f"module `{module.name}`, "
    exception = _exception(tool_of(step, bench.own), problem, text, bench)
    help_text = f"Correct line {shared.place.line} of {shared.place.path.name}{exception}."
    if problem.missing:
        help_text = _MISSING.format(problem.missing)
    return Diagnostic(
        how.code,
        f"{step} in {of}: {problem.message}{rule} ({also}{file}:{problem.line})",
        span=shared.place,
        help=problem.help or help_text,
        module=module.name if number == 1 else None,
        step=step,
        output="\n".join([commands([step]), *_further(problem)]),
        notes=tuple(_made_for(shared) if how.code == _TYPES else ()),
    )


def imported_diagnostic(
    found: ImportedProblem, step: str, commands: Commands, bench: Workbench
) -> Diagnostic:
    """Return the error for a problem in a file that modules import. `step` is what the step is to be called."""
    names = [module.name for module in found.modules]
    cause, problem = found.cause, found.problem
    where = f"module `{names[0]}`" if len(names) == 1 else f"{len(names)} modules that import it"
    rule = f" [{problem.rule}]" if problem.rule else ""
    said = problem.message.removeprefix(f"{cause.path}:{cause.line}: ")
    place = (cause.line, cause.column)
    output = [line for line in problem.output.splitlines() if said not in line]
    return Diagnostic(
        step_named(step, bench.own).code,
        f"{step} in {where}: {said}{rule}",
        span=Span(bench.original(cause.path), *place, *place),
        help=f"Correct {cause.path}.",
        module=names[0] if len(names) == 1 else None,
        step=step,
        output="\n".join([commands([step]), *output]),
    )


def _exception(tool: Tool, problem: Problem, text: str, bench: Workbench) -> str:
    """Return the second half of a help: how else a rule of `tool` can be silenced at a line of `text`."""
    if problem.rule and (setting := tool.excepted(bench)):
        return f", or {setting.format(problem.rule)}"
    if problem.rule and tool.silenced and problem.line not in _within_strings(text):
        return f", or end it with `{tool.silenced.format(problem.rule)}`"
    return ""


def _within_strings(text: str) -> set[int]:
    """Return the lines of `text` that end within a string, where no comment can be."""
    strings = (
        node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant | ast.JoinedStr)
    )
    return {line for node in strings for line in range(node.lineno, node.end_lineno or node.lineno)}


def _made_for(shared: TemplateProblem) -> Iterator[Note]:
    """Yield where the router is declared that a single file is made for: its types may be the wrong ones."""
    module, _, file, _ = shared.found[0]
    router = module.positions.get(module.routers.get(file, ""))
    if router is not None and len(shared.found) == 1:
        yield Note("the router is declared here", router)


def _further(problem: Problem) -> Iterator[str]:
    """Yield the lines of a tool's output about `problem`, without that which only repeats its message."""
    said = problem.output.splitlines()
    yield from (line for line in said if problem.message not in line)


def _dispute(
    module: StagedModule,
    changes: list[Change],
    labels: Collection[str],
    commands: Commands,
    own: Mapping[str, OwnCommand],
) -> Diagnostic:
    """Return the diagnostic for one file that steps keep changing."""
    first, last = changes[0], changes[-1]
    steps = list(dict.fromkeys(change.step for change in changes))
    if len(steps) == 1:
        message = f"{steps[0]} in module `{module.name}` never settles on one text of {_named(first.file)}"
        cure = f"Report it to the authors of {tool_of(steps[0], own).name}"
    else:
        one, other = first.step, last.step
        message = (
            f"{one} and {other} do not agree in module `{module.name}`: "
            f"each undoes what the other does to {_named(first.file)}"
        )
        agreement = tool_of(one, own).agreement.get(other) or tool_of(other, own).agreement.get(one)
        cure = agreement or _SAME_SETTINGS
    setting = steps_without(module.steps, {*labels, last.step})
    diff = difflib.unified_diff(
        first.after.splitlines(),
        last.after.splitlines() if len(steps) > 1 else first.before.splitlines(),
        f"{first.file} after {first.step}",
        f"{last.file} after {last.step}" if len(steps) > 1 else f"{first.file} before",
        lineterm="",
    )
    return Diagnostic(
        _DISPUTE,
        message,
        span=source_span(Problem(first.file), module, {}),
        help=f"{cure}, or write `{setting}` in [tool.wsgen.quality].",
        module=module.name,
        step=first.step,
        output="\n".join([commands(steps), *diff]),
    )


def _named(file: str) -> str:
    return file or "its files"
