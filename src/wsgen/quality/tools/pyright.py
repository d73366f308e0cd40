"""pyright and its variant basedpyright, type checkers: they read the settings nearest to their working directory.

They follow the links of the mirror as if these were files. Both run on Node.js, which the package `pyright`
downloads when it runs for the first time.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from wsgen.diagnostics import Diagnostic
from wsgen.files import bytes_of
from wsgen.quality.problems import BrokenToolError, Outcome, Problem, Reading, broken, relative
from wsgen.quality.settings_files import Home, has_table, settings_files
from wsgen.quality.tools.tool import OURS, Step, Tool

if TYPE_CHECKING:  # only runs of tools need it
    from wsgen.quality.workbench import Workbench

_SETTINGS = ("pyrightconfig.json", "pyproject.toml")
_EXTENDS = r"""(?<![\w-])["']?extends["']?[ \t]*[:=][ \t]*["']([^"'\n]+)["']"""
_NAMES_VENV = rb"""(?<![\w-])["']?venv["']?[ \t]*[:=]"""
_FOLDERS = (
    r"""(?<![\w-])["']?(?:extraPaths|stubPath|root)["']?\s*[:=]\s*(\[[^\]]*\]|["'][^"'\n]*["'])"""
)
_QUOTED = r"""["']([^"'\n]+)["']"""
_UNRESOLVED = 'Import "([\\w.]+)" could not be resolved'
_NO_NODE = "nodeenv failed|No such file or directory: 'node'"


def _extends(data: bytes) -> list[str]:
    """Return the files that settings extend. A search that finds too much only adds a file to a digest."""
    return re.findall(_EXTENDS, data.decode("utf-8", "replace")) if b"extends" in data else []


def _import_folders(data: bytes) -> list[str]:
    """Return the folders that settings name. A search that finds too much only adds a folder to look into."""
    values = re.findall(_FOLDERS, data.decode("utf-8", "replace"))
    return ["typings", *(name for value in values for name in re.findall(_QUOTED, value))]


def _options(_: Home | None, bench: Workbench) -> tuple[str, ...]:
    """Return what the settings leave open: which interpreter has the packages, and where modules are."""
    file = _settings_of(bench.root)
    data = (bytes_of(file) if file else None) or b""
    options = () if re.search(_NAMES_VENV, data) else ("--pythonpath", bench.environment.python)
    roots = bench.roots_beside(bench.root)
    if not roots or b"extraPaths" in data:
        return options
    import json

    settings = {"extends": bench.mirrored(file)} if file else {}
    # Beside the project's own: paths in settings count from where these are.
    place = bench.mirror.top / f"{OURS}pyright.json"
    place.write_text(json.dumps({**settings, "extraPaths": roots}), "utf-8")
    return (*options, "--project", os.fspath(place))


def _settings_of(root: Path) -> Path | None:
    """Return the file that settings for `root` are read from, if there is one."""
    for name in _SETTINGS:
        if files := settings_files(root / "any", (name,)):
            tables = ("pyright", "basedpyright") if name == "pyproject.toml" else ()
            if not tables or any(has_table(files[0], table) for table in tables):
                return files[0]
    return None


def _environment(_: Workbench) -> Mapping[str, str]:
    # Otherwise it asks a registry whether there is a newer version.
    return {"PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}


def _read(step: str, outcome: Outcome, directory: str) -> Reading:
    """Return the errors; the warnings too if only these can be why the tool failed."""
    if outcome.returncode not in (0, 1):
        raise broken(step, outcome._replace(stdout="") if outcome.stderr else outcome)
    if re.search(_NO_NODE, outcome.stderr):
        raise _without_node(step, outcome)
    import json

    try:
        said = json.loads(outcome.stdout[outcome.stdout.index("{") :])
        found = [
            (item["severity"], _problem(item, directory)) for item in said["generalDiagnostics"]
        ]
        files = int(said["summary"]["filesAnalyzed"])
    except (ValueError, KeyError, TypeError) as error:
        raise broken(step, outcome) from error
    errors = tuple(problem for severity, problem in found if severity == "error")
    if outcome.returncode == 0 or errors or not files:  # of no file if the settings exclude all
        return Reading(errors)
    if warnings := tuple(problem for severity, problem in found if severity == "warning"):
        return Reading(warnings)
    raise broken(step, outcome)


def _problem(item: Mapping[str, object], directory: str) -> Problem:
    path = relative(str(item["file"]), directory)
    place = item.get("range", {"start": {"line": 0, "character": 0}})
    if not isinstance(place, dict):
        raise TypeError
    line, column = int(place["start"]["line"]) + 1, int(place["start"]["character"]) + 1
    rule = str(item["rule"]) if "rule" in item else None
    message = str(item["message"]).replace("\xa0", " ")
    text = f"{path}:{line}:{column}: {item['severity']}: {message}{f' ({rule})' if rule else ''}"
    missing = re.match(_UNRESOLVED, message)
    return Problem(
        path,
        line,
        column,
        message.partition("\n")[0],
        rule,
        text,
        missing=missing[1] if missing else None,
    )


def _without_node(step: str, outcome: Outcome) -> BrokenToolError:
    lines = outcome.stderr.splitlines()
    found = Diagnostic(
        "WSG501",
        f"{step} has no Node.js to run on, and could not download it",
        help=f'Install it with `pip install "{step}[nodejs]"`.',
        step=step,
        output="\n".join(dict.fromkeys([lines[0], lines[-1]])),
    )
    return BrokenToolError(found, outcome.output)


def type_checker(name: str) -> Tool:
    """Return the tool that is called `name` and behaves like pyright."""
    step = Step(
        name=name,
        title=f"{name.capitalize()} type checking",
        shown=name,
        code="WSG513",
        help="Correct the type in the source, or the model that it names.",
        check=("--outputjson",),
        cost=90,
    )
    return Tool(
        name=name,
        steps=(step,),
        settings=_SETTINGS,
        extends=_extends,
        silenced="# pyright: ignore[{}]",
        read=_read,
        reads_imports=True,
        checks_types=True,
        import_folders=_import_folders,
        options=_options,
        environment=_environment,
    )


TOOL = type_checker("pyright")
