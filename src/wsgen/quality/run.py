"""Run the quality steps over staged modules: the way into this package."""

from collections.abc import Sequence
from pathlib import Path

from wsgen.diagnostics import Diagnostic, in_order
from wsgen.quality.commands import find_tools
from wsgen.quality.diagnosis import module_diagnostics
from wsgen.quality.mirror import mirrored
from wsgen.quality.rounds import Rounds
from wsgen.quality.staged import QualityResult, StagedModule
from wsgen.quality.syntax import unreadable_files
from wsgen.quality.workbench import Workbench
from wsgen.settings.cache_folder import usable_cache


def run_steps(
    modules: Sequence[StagedModule],
    *,
    root: Path,
    steps: tuple[str, ...],
    sources: tuple[Path, ...],
    cache: Path | None,
    jobs: int,
    timeout: float = 600.0,
) -> QualityResult:
    """Run `steps` over `modules` and return the texts of those that pass, which no step would change.

    Nothing below `root` is written, except in `cache`, where mypy keeps what makes the next run fast;
    with None it keeps nothing. Types are looked up in `sources`. At most `jobs` processes run at once,
    each for at most `timeout` seconds. Raises ToolError if a tool is missing or cannot work at all;
    what is wrong with a module is in the result.
    """
    tools = find_tools(steps, root=root)
    if not modules or not steps:
        return QualityResult({m.output: dict(m.files) for m in modules}, (), frozenset())
    labels = {}
    if "ruff-fix" in steps and "ruff-check" not in steps:
        # `ruff check --fix` fails for what it cannot fix; here that is left to its check mode.
        labels["ruff-check"] = "ruff-fix"
        steps = (*steps, "ruff-check")
    diagnostics: list[Diagnostic] = []
    passed = {}
    readable = []
    for module in modules:
        unreadable = list(unreadable_files(module))
        diagnostics += unreadable
        if not unreadable:
            readable.append(module)
    with mirrored(root, readable) as mirror:
        bench = Workbench(
            mirror=mirror,
            modules={module.output: module for module in readable},
            tools=tools,
            steps=steps,
            sources=sources,
            cache=None if cache is None else usable_cache(cache),
            jobs=jobs,
            timeout=timeout,
        )
        for output, verdict in Rounds(bench, steps).run().items():
            if verdict.passed:
                passed[output] = verdict.files
            else:
                diagnostics += module_diagnostics(
                    bench.modules[output],
                    verdict,
                    directory=mirror.relative(output),
                    labels=labels,
                )
    failed = frozenset(module.output for module in modules) - frozenset(passed)
    return QualityResult(passed, in_order(diagnostics), failed)
