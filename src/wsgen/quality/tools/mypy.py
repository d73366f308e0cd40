"""mypy, the type checker: it reads the settings in its working directory, and all that the files import.

Modules that would be in each other's way are checked by processes of their own. mypy stops at the first file
that it cannot read, and does not say which of the modules import it; that is found out by checking fewer of them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from wsgen.files import bytes_of, read_text
from wsgen.quality.isolation import isolated
from wsgen.quality.problems import (
    BrokenToolError,
    Cause,
    Outcome,
    Problem,
    Reading,
    Report,
    broken,
    joined,
    matching,
    problem_of,
)
from wsgen.quality.settings_files import Home, tool_table
from wsgen.quality.tools.tool import Step, Tool

if TYPE_CHECKING:  # only runs of tools need them
    from wsgen.quality.tools.mypy_names import TypingGroup
    from wsgen.quality.workbench import Workbench

_LINE = (
    r"(?!mypy: )(?P<path>.+?):(?:(?P<line>\d+):)?(?:(?P<column>\d+):)?(?:\d+:\d+:)? "
    r"(?P<kind>error|note): (?P<message>.*?)(?:  \[(?P<rule>[\w-]+)\])?"
)
_CRASHED = "INTERNAL ERROR|^Traceback "
_MISSING = 'module named "([\\w.]+)"'
_NOTHING_THERE = "There are no .py[i] files in directory '"
_NOT_A_NAME = "^.* is not a valid Python package name$"
_PLUGINS = r"(?<![\w-])plugins\b[^\n=:]*[=:]\s*(\[[^\]]*\]|[^\n]*(?:\n[ \t]+[^\n]*)*)"
_PLUGIN_FILE = r"""[^\s"',\[\]]+\.py\b"""
_VALUE = r"[ \t\"']*[=:][ \t]*(\[[^\]]*\]|[^\n]*(?:\n[ \t]+[^\n]*)*)"
_FOLDERS = rf"(?<![\w-])mypy_path\b{_VALUE}"
_FOLDER = r"""[^\s"',:;\[\]]+"""
_NAMES_PYTHON = rb"^[ \t]*[\"']?python_executable[\"']?[ \t]*[:=]"
_INI_NAMES = ("mypy.ini", ".mypy.ini", "setup.cfg")


def _extends(data: bytes) -> list[str]:
    """Return the plugins of the project. A search that finds too much only adds a file to a digest."""
    if b"plugins" not in data:
        return []
    values = re.findall(_PLUGINS, data.decode("utf-8", "replace"))
    return [name for value in values for name in re.findall(_PLUGIN_FILE, value)]


def _import_folders(data: bytes) -> list[str]:
    """Return the folders of `mypy_path`. A search that finds too much only adds a folder to look into."""
    if b"mypy_path" not in data:
        return []
    values = re.findall(_FOLDERS, data.decode("utf-8", "replace"))
    found = (name for value in values for name in re.findall(_FOLDER, value))
    return [name.replace("$MYPY_CONFIG_FILE_DIR", ".") for name in found]


def _read(_: str, outcome: Outcome, directory: str) -> Reading:
    """Return the errors in mypy's output, each with the notes that follow it."""
    found: list[Problem] = []
    for match in matching(outcome.output, _LINE):
        problem = problem_of(match, directory)
        if match["kind"] == "error":
            if problem.rule == "import-not-found" and (
                name := re.search(_MISSING, match["message"])
            ):
                problem = problem._replace(missing=name[1])
            found.append(problem)
        elif found and found[-1].path == problem.path:
            found[-1] = found[-1]._replace(output=f"{found[-1].output}\n{problem.output}")
    return Reading(tuple(found))


def _checks(bench: Workbench, outputs: Sequence[Path]) -> Iterator[Callable[[], Report]]:
    from wsgen.quality.tools.mypy_names import typing_groups

    texts = {output: bench.modules[output].files.values() for output in outputs}
    groups = typing_groups(texts, root=bench.root, sources=bench.sources)
    for cache in dict.fromkeys(group.cache for group in groups):
        using = [group for group in groups if group.cache == cache]
        yield partial(_check_groups, bench, using)


def _check_groups(bench: Workbench, groups: Sequence[TypingGroup]) -> Report:
    """Check groups one after another: they use one folder of what mypy remembers."""
    reports = [isolated("mypy", group.outputs, partial(_check, bench, group)) for group in groups]
    return joined("mypy", tuple(o for group in groups for o in group.outputs), reports)


def _check(bench: Workbench, group: TypingGroup, outputs: tuple[Path, ...], share: float) -> Report:
    """Check those of `group` in `outputs`, but for what mypy's settings exclude.

    Raises BrokenToolError if mypy did not come to the end.
    """
    outcome = _run(bench, group, outputs, share)
    problems = _read("mypy", outcome, bench.directory).problems
    if outcome.returncode in (0, 1):
        if outcome.returncode == 1 and not problems:
            raise broken("mypy", outcome)
        return Report("mypy", outputs, problems)
    _, excluded, rest = outcome.output.partition(_NOTHING_THERE)
    if excluded and (unseen := bench.owner(rest.partition("'")[0] + "/_")) in outputs:
        seen = tuple(o for o in outputs if o != unseen and not _is_excluded(bench, o))
        report = _check(bench, group, seen, share) if seen else None
        return (report or Report("mypy", ()))._replace(outputs=outputs)
    if any(problem.path.endswith((".py", ".pyi")) for problem in problems) or re.search(
        _NOT_A_NAME, outcome.output, re.MULTILINE
    ):
        raise _StoppedError(bench, outcome, problems)
    # It found nothing, or fault with its own settings, as with a plugin that is not there.
    raise broken("mypy", outcome)


def _run(bench: Workbench, group: TypingGroup, outputs: Sequence[Path], share: float) -> Outcome:
    """Run mypy; without its cache if it crashed: that may be damaged, deleted, or on a full disk."""
    from wsgen.quality.tools.mypy_names import EXPLICIT

    naming = EXPLICIT if group.explicit else ()
    cache = os.devnull if bench.cache is None else os.fspath(bench.cache / group.cache)

    def run(folder: str) -> Outcome:
        flags = (*(_CHECK.check or ()), "--cache-dir", folder, *naming, *_options(None, bench))
        return bench.run("mypy", flags, outputs, share, _environment(bench))

    outcome = run(cache)
    if cache != os.devnull and re.search(_CRASHED, outcome.output, re.MULTILINE):
        return run(os.devnull)
    return outcome


def _options(_: Home | None, bench: Workbench) -> tuple[str, ...]:
    """Return the interpreter to ask for installed packages, unless mypy runs in it or the settings name one."""
    if os.path.dirname(bench.commands["mypy"][0]) == bench.environment.scripts:  # noqa: PTH120 - both are texts
        return ()
    files = (bench.root / name for name in TOOL.settings)
    if any(re.search(_NAMES_PYTHON, bytes_of(file) or b"", re.MULTILINE) for file in files):
        return ()
    return ("--python-executable", bench.environment.python)


def _environment(bench: Workbench) -> Mapping[str, str]:
    roots = [*map(bench.mirrored, bench.sources), *filter(None, [os.environ.get("MYPYPATH")])]
    return {"MYPYPATH": os.pathsep.join(roots), "MYPY_CACHE_DIR": "", "MYPY_FORCE_COLOR": ""}


class _StoppedError(BrokenToolError):
    """mypy stopped at a file that it could not read, or at a folder with a name that it does not take."""

    def __init__(self, bench: Workbench, outcome: Outcome, problems: tuple[Problem, ...]) -> None:
        super().__init__(broken("mypy", outcome).diagnostics[0], outcome.output)
        self._bench = bench
        self._problems = problems

    def report(self, step: str, outputs: tuple[Path, ...]) -> Report:
        """Return what mypy found in the modules themselves; else its words, as the problem of each of them."""
        own = tuple(item for item in self._problems if self._bench.owner(item.path) in outputs)
        return Report(step, outputs, own or tuple(self._charged_to(outputs)))

    def _charged_to(self, outputs: tuple[Path, ...]) -> Iterator[Problem]:
        refused = re.search(_NOT_A_NAME, self.output, re.MULTILINE)
        for output in map(os.fspath, outputs):
            if refused:
                yield Problem(output, 1, 1, refused[0], "package-name", self.output, help=_RENAME)
                continue
            for item in self._problems:
                message = f"{item.path}:{item.line}: {item.message}"
                cause = Cause(item.path, item.line, item.column)
                yield item._replace(path=output, line=1, column=1, message=message, cause=cause)


def _is_excluded(bench: Workbench, output: Path) -> bool:
    """Return whether mypy's settings exclude every file in `output`.

    mypy reports excluded directories one at a time, and does nothing else then. In a project that excludes all
    generated packages, this saves a run of mypy for each of them.
    """
    patterns = mypy_excludes(Path(bench.directory))
    place = bench.mirror.relative(output)
    return all(
        any(pattern.search(f"{place}/{name}") for pattern in patterns)
        for name in bench.modules[output].files
    )


def mypy_excludes(directory: Path) -> tuple[re.Pattern[str], ...]:
    """Return the patterns of `exclude` in the mypy configuration in `directory`, where mypy is run.

    A pattern that searches successfully in a file's path, relative and with slashes, excludes it. What
    cannot be read gives no pattern: mypy itself reports it.
    """
    found = tool_table(directory / "pyproject.toml", "mypy").get("exclude", [])
    texts = found if isinstance(found, list) else [found]
    patterns = []
    for text in (*(item for item in texts if isinstance(item, str)), *_in_ini(directory)):
        try:
            patterns.append(re.compile(text.strip()))
        except re.error:
            continue
    return tuple(patterns)


def _in_ini(directory: Path) -> Iterator[str]:
    import configparser

    for name in _INI_NAMES:
        parser = configparser.RawConfigParser()
        try:
            parser.read_string(read_text(directory / name))
        except (configparser.Error, OSError, ValueError):
            continue
        if found := parser.get("mypy", "exclude", fallback=""):
            yield found


_RENAME = "Rename the folder to a Python name, or remove the `__init__.py` in it."
_CHECK = Step(
    name="mypy",
    title="Mypy type checking",
    shown="mypy",
    code="WSG513",
    help="Correct the type in the source, or the model that it names.",
    check=(
        "--no-color-output",
        "--no-error-summary",
        "--no-pretty",
        "--show-column-numbers",
        "--show-error-codes",
        "--hide-error-code-links",
        "--hide-error-context",
        "--hide-absolute-path",
    ),
    cost=100,
)
TOOL = Tool(
    name="mypy",
    steps=(_CHECK,),
    settings=("mypy.ini", ".mypy.ini", "pyproject.toml", "setup.cfg"),
    extends=_extends,
    silenced="# type: ignore[{}]",
    read=_read,
    reads_imports=True,
    checks_types=True,
    import_folders=_import_folders,
    options=_options,
    checks=_checks,
    environment=_environment,
)
