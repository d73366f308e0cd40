"""What `wsgen doctor` finds in a project, as values: environment, steps, tools, settings, cache and modules."""

import os
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any  # values that are printed, as text or as JSON

from wsgen._version import __version__
from wsgen.cli.client_findings import find_clients
from wsgen.cli.each_project import Place
from wsgen.diagnostics import Diagnostic, Severity, in_order
from wsgen.environment import Environment, has_package, running_environment
from wsgen.errors import ToolError
from wsgen.files import bytes_of
from wsgen.freshness.assess import Assessment, Status
from wsgen.freshness.fingerprints import Fingerprints
from wsgen.installed import FoundTool, find_tools, version_in
from wsgen.pipeline.conflicts import unwritable
from wsgen.pipeline.context import Options, Run
from wsgen.pipeline.stages import run
from wsgen.quality.run import commands_of
from wsgen.quality.settings_files import Homes, settings_files, tool_table
from wsgen.quality.tools import tool_of
from wsgen.quality.tools.tool import Tool
from wsgen.quality.trial import tools_that_fail
from wsgen.report.display import display_path
from wsgen.result import RunResult, State
from wsgen.settings.cache_folder import why_unused
from wsgen.settings.choice import explained_steps
from wsgen.settings.config import STEPS, Config
from wsgen.source import ModuleSource

Values = dict[str, Any]
"""What is found, as schemas/report.schema.json describes it."""

_PYTHON = (3, 11)
_NEEDED = {"pydantic": "pydantic", "wsgen_runtime": "wsgen-runtime"}
"""The packages that generated code imports, with the distributions that have them."""
_EXPECTED = frozenset({"WSG408"})
"""What `render` changes, which is no problem."""
_SHARED = ("pyproject.toml", "setup.cfg", "tox.ini")


def of_wsgen() -> Values:
    """Return the version of wsgen, the environment that it is in, and the version of Python there."""
    python = ".".join(map(str, sys.version_info[:3]))
    return {"version": __version__, "prefix": sys.prefix, "python": python}


def examined(place: Place, projects: list[Values], *, whole: bool) -> RunResult:
    """Add what is found in the project to `projects`, and return what is wrong there.

    Clients are looked at if the command is about the `whole` project, since they are made of all modules.
    """
    config = place.config
    diagnostics: list[Diagnostic] = []
    try:
        commands_of(config)
    except ToolError as error:
        diagnostics += error.diagnostics
    this = Run(config, Options(write=False), Fingerprints(config))
    assessed = {source: this.assess(source) for source in place.sources}
    options = Options(write=False, quality=False, texts=False)
    rendered = run(place.sources, config, options)
    for source, found in assessed.items():
        if not found.is_intact and (problem := unwritable(source, config, found.reason)):
            diagnostics.append(problem)
    if place.sources:
        diagnostics += _lacking(config.environment)
    steps = _steps(config)
    diagnostics += _broken(steps, config)
    clients, found_of_clients = find_clients(place.sources, config) if whole else ([], ())
    cache, problem = _cache(config)
    diagnostics += (*rendered.diagnostics, *found_of_clients, *([problem] if problem else []))
    homes = Homes(config.environment)
    invalid = {module.source for module in rendered.modules if module.state is State.FAILED}
    projects.append(
        {
            "root": display_path(config.root),
            "settings": display_path(config.file) if config.file else None,
            "environment": _environment(config.environment),
            "steps": steps,
            "cache": cache,
            "modules": [
                _module(source, found, config, homes)
                | ({"next": "fail"} if source in invalid else {})
                for source, found in assessed.items()
            ],
            "clients": clients,
        }
    )
    kept = in_order(item for item in diagnostics if item.code not in _EXPECTED)
    return place.explained(RunResult(rendered.modules, kept), gate=True)


def _environment(environment: Environment) -> Values:
    versions = {name: version_in(package, environment) for package, name in _NEEDED.items()}
    return {
        "python": environment.python,
        "version": environment.version or None,
        "reason": environment.reason,
        "packages": {name: version or None for name, version in versions.items()},
    }


def _lacking(environment: Environment) -> Iterable[Diagnostic]:
    """Yield what the project's environment lacks: errors for what models need, else warnings."""
    name = environment.python
    if environment.numbers < _PYTHON:
        message = f"{name} is Python {environment.version}, and generated code needs 3.11 or later"
        help_text = "Set `python` in [tool.wsgen] to an interpreter of Python 3.11 or later."
        yield Diagnostic("WSG666", message, help=help_text)
    for package, distribution in _NEEDED.items():
        if environment.is_running and find_spec(package) is not None:
            continue
        # Where a launcher looks for packages, as that of pyenv does, is not known.
        if environment.packages and not has_package(environment, package):
            message = f"{name} has no {distribution}, which generated code imports"
            help_text = f"Install `{distribution}` there, or set `python` in [tool.wsgen]."
            severity = Severity.ERROR if package == "pydantic" else Severity.WARNING
            yield Diagnostic("WSG666", message, help=help_text, severity=severity)


def _steps(config: Config) -> list[Values]:
    """Return all steps with the reason for each, and those that are chosen with where their tool is."""
    choices = explained_steps(config)
    tools = {step: _program(step, config) for step, _ in choices.chosen}
    found = find_tools(tools.values(), config.environment, root=config.root)
    listed = [
        {
            "step": step,
            "chosen": True,
            "reason": reason,
            "tool": _tool(found[tools[step]], tools[step], config),
        }
        for step, reason in choices.chosen
    ]
    left_out = [
        {"step": step, "chosen": False, "reason": reason, "tool": None}
        for step, reason in choices.left_out
    ]
    return [*listed, *left_out]


def _broken(steps: Iterable[Values], config: Config) -> Iterable[Diagnostic]:
    """Return an error for each tool of `steps` that is installed and does not run, which is added to these."""
    named = {_program(row["step"], config): row for row in steps if row["tool"]}
    commands = {program: row["tool"]["command"] for program, row in named.items()}
    failing = tools_that_fail(commands, config, os.cpu_count() or 2)
    for row in steps:
        if row["tool"]:
            row["tool"]["works"] = _program(row["step"], config) not in failing
    return failing.values()


def _program(step: str, config: Config) -> str:
    own = config.commands.get(step)
    return own.command[0] if own else STEPS.get(step, step)


def _tool(found: FoundTool | None, program: str, config: Config) -> Values | None:
    if found is None:
        return None
    places = {running_environment().prefix: "wsgen", config.environment.prefix: "the project"}
    home = found.environment
    elsewhere = "its path" if found.command == (program,) else "PATH"
    where = places[home.prefix] if home else elsewhere
    return {"version": found.version or None, "from": where, "command": list(found.command)}


def _cache(config: Config) -> tuple[Values, Diagnostic | None]:
    """Return the state of the cache folder, and the warning if it is not used."""
    cache = config.cache
    problem = why_unused(cache) if os.path.lexists(cache) else None
    writable = cache if cache.exists() else config.root
    if problem:
        state = "not used"
    elif os.path.lexists(cache) and not cache.is_dir():
        state = "not used: it is not a folder"
    elif not os.access(writable, os.W_OK):
        state = "not used: it cannot be written"
    else:
        state = "used" if cache.is_dir() else "not made yet"
    size = _size(cache) if cache.is_dir() and not cache.is_symlink() else 0
    return {"path": display_path(cache), "state": state, "bytes": size}, problem


def _size(folder: Path) -> int:
    total = 0
    for top, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(top, name)).st_size
            except OSError:
                continue
    return total


def _module(source: ModuleSource, found: Assessment, config: Config, homes: Homes) -> Values:
    settings = {
        step: _settings_file(tool_of(step, config.commands), source.output, config, homes)
        for step in config.steps
        if step in STEPS
    }
    following = {Status.CURRENT: "nothing", Status.UNVERIFIED: "check"}.get(found.status, "render")
    runs = found.unverified or config.steps
    reason = found.reason
    if found.status is Status.UNVERIFIED and not found.unverified:
        reason = "this machine has not made it"
    return {
        "name": source.name,
        "version": source.version,
        "project": display_path(config.root),
        "state": found.status.value,
        "reason": reason or None,
        "sources": [display_path(file) for file in source.files],
        "output": display_path(source.output),
        "settings": {step: display_path(file) if file else None for step, file in settings.items()},
        "next": following,
        "steps": [] if found.status is Status.CURRENT else list(runs),
    }


def _settings_file(tool: Tool, output: Path, config: Config, homes: Homes) -> Path | None:
    """Return the file that the tool takes its settings for the files in `output` from, None for its defaults."""
    if tool.configures is not None:
        home = homes.of(tool, output)
        return home.file if home else None
    files = settings_files(config.root / "any", tool.settings)
    return next((file for file in files if _is_for(file, tool.name)), None)


def _is_for(file: Path, tool: str) -> bool:
    """Return whether a file that several tools read has settings for this one."""
    if file.name == "pyproject.toml":
        return bool(tool_table(file, tool))
    return file.name not in _SHARED or f"[{tool}]".encode() in (bytes_of(file) or b"")
