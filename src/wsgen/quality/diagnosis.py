"""Turn what the steps found in a module into diagnostics that a user can act on."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import replace

from wsgen.diagnostics import Diagnostic
from wsgen.quality.places import missing_module, source_span
from wsgen.quality.problems import Finding
from wsgen.quality.rounds import Change, Verdict
from wsgen.quality.staged import StagedModule
from wsgen.quality.steps import STEPS

_CODES = {
    "black": "WSG510",
    "ruff-format": "WSG510",
    "isort": "WSG510",
    "flake8": "WSG511",
    "ruff-fix": "WSG512",
    "ruff-check": "WSG512",
    "mypy": "WSG513",
}
_HELP = {
    "WSG510": "a generated file is not valid Python: look at the templates that it was made from",
    "WSG511": "correct the source, or let flake8 ignore the rule for this path in its configuration",
    "WSG512": "correct the source, or let ruff ignore the rule for this path in its configuration",
    "WSG513": "correct the type in the source, or the model that it names",
}
_MISSING = "create or install {}, correct its name, or add the folder that holds it to `sources` in [tool.wsgen]"
_BLACK_PROFILE = 'set `profile = "black"` in [tool.isort], or leave one of the two steps out'
_ONE_SORTER = (
    "let only one of them sort imports: leave the step `isort` or ruff's rule `I` out; "
    "or say in [tool.ruff.lint.isort] what [tool.isort] says (`force-single-line` for `force_single_line`)"
)
_PACKAGE_NAME = "rename the folder to a Python name, or remove the `__init__.py` in it"
_SAME_SETTINGS = "give both the same line length and style, or leave one of the two steps out"


def module_diagnostics(
    module: StagedModule, verdict: Verdict, *, directory: str, labels: Mapping[str, str]
) -> Iterator[Diagnostic]:
    """Yield an error for each finding in `module` and for each file that steps disagree about.

    `directory` is the output directory as it appears in commands, `labels` the names of steps that
    are to be called differently.
    """
    if verdict.broken is not None:
        yield _of_module(verdict.broken, module)
    missing = set()
    for step, finding in verdict.findings:
        diagnostic = _from_finding(module, verdict, labels.get(step, step), finding, directory)
        if name := missing_module(finding):
            # Each router that imports it says the same of the same place.
            if (name, diagnostic.span) in missing:
                continue
            missing.add((name, diagnostic.span))
        yield diagnostic
    files = dict.fromkeys(change.file for change in verdict.disputes)
    for file in files:
        yield _dispute(module, [c for c in verdict.disputes if c.file == file], directory)


def _of_module(broken: Diagnostic, module: StagedModule) -> Diagnostic:
    """Return what is wrong with a tool that broke on `module`, though not on all others."""
    return replace(
        broken,
        message=f'{broken.message} in module "{module.name}"',
        span=source_span(Finding("", 1, 1, "", None, ""), module, {}),
        module=module.name,
    )


def _from_finding(
    module: StagedModule, verdict: Verdict, step: str, finding: Finding, directory: str
) -> Diagnostic:
    code = _CODES[step]
    where = finding.path.removeprefix(directory + "/")
    place = f" ({where}:{finding.line})" if where in module.files else ""
    rule = f" [{finding.rule}]" if finding.rule else ""
    missing = missing_module(finding)
    help_text = _HELP[code] if place else f"correct {finding.message.partition(':')[0]}"
    if finding.rule == "package-name":
        help_text = _PACKAGE_NAME
    return Diagnostic(
        code,
        f'{step} in module "{module.name}": {finding.message}{rule}{place}',
        span=source_span(finding, module, verdict.files),
        help=_MISSING.format(missing) if missing else help_text,
        module=module.name,
        step=step,
        output=f"$ {STEPS[step].shown} {directory}\n{finding.output}",
    )


def _dispute(module: StagedModule, changes: list[Change], directory: str) -> Diagnostic:
    """Return the diagnostic for one file that never stayed as a step left it."""
    first, last = changes[0], changes[-1]
    steps = list(dict.fromkeys(change.step for change in changes))
    if len(steps) == 1:
        message = (
            f'{steps[0]} in module "{module.name}" never leaves {_named(first.file)} unchanged'
        )
        help_text = f"report it to the makers of {STEPS[steps[0]].tool}, or leave the step out"
    else:
        one, other = first.step, last.step
        message = (
            f'{one} and {other} do not agree in module "{module.name}": '
            f"each undoes what the other does to {_named(first.file)}"
        )
        help_text = _SAME_SETTINGS
        if "isort" in (one, other):
            help_text = _ONE_SORTER if "ruff-fix" in (one, other) else _BLACK_PROFILE
    diff = difflib.unified_diff(
        first.after.splitlines(),
        last.after.splitlines() if len(steps) > 1 else first.before.splitlines(),
        f"{first.file} after {first.step}",
        f"{last.file} after {last.step}" if len(steps) > 1 else f"{first.file} before",
        lineterm="",
    )
    commands = "".join(f"$ {STEPS[step].shown} {directory}\n" for step in steps)
    return Diagnostic(
        "WSG503",
        message,
        span=source_span(Finding(first.file, 1, 1, "", None, ""), module, {}),
        help=help_text,
        module=module.name,
        step=first.step,
        output=commands + "\n".join(diff),
    )


def _named(file: str) -> str:
    return file or "its files"
