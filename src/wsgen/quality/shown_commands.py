"""The command that repeats a failed step, as a person can paste it into a shell."""

import os
import shlex
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from glob import escape
from pathlib import Path

from wsgen.files import bytes_of
from wsgen.quality.mirror import StagedModule
from wsgen.quality.tools import step_named, tool_of
from wsgen.quality.tools.tool import OURS
from wsgen.quality.workbench import Workbench


def shown_commands(
    bench: Workbench, module: StagedModule, files: Mapping[str, str], steps: Iterable[str]
) -> str:
    """Return lines that run `steps` on `module`, whose `files` the tools have read, where the user is.

    They run in the project, with the options and folders that the tools were given, and the commands that were
    found. If the package does not have these files, they are rendered first, without steps.
    """
    place = bench.mirror.relative(module.output)
    way = _way(Path.cwd(), bench.root)
    before = ""
    if any(bytes_of(module.output / name) != text.encode() for name, text in files.items()):
        render = ("render", "--no-quality", "--module", module.name)
        before = f"{_joined([*_ourselves(), *render])} && "
    lines = []
    for step in steps:
        words = [
            *_variables(bench, step),
            *_tool(bench, step),
            *_options(bench, step, module.output),
        ]
        line = f"{before}{_joined([*words, place])}"
        lines.append(f"$ {line}" if way == "." else f"$ (cd {shlex.quote(way)} && {line})")
        before = ""
    return "\n".join(lines)


def _tool(bench: Workbench, step: str) -> Sequence[str]:
    """Return the words that a person types for a step, with the program that wsgen has run."""
    name, *arguments = shlex.split(step_named(step, bench.own).shown)
    found = bench.commands[step]
    return [*(_program(found[0], name, bench.root), *found[1:]), *arguments]


def _ourselves() -> Sequence[str]:
    beside = Path(sys.executable).with_name("wsgen.exe" if os.name == "nt" else "wsgen")
    if beside.is_file():
        return (_program(os.fspath(beside), "wsgen", None),)
    return (sys.executable, "-m", "wsgen")


def _program(path: str, name: str, root: Path | None) -> str:
    """Return what to type for the program at `path`: its name if a shell finds it by that."""
    found = shutil.which(name)
    if found is not None and os.path.realpath(found) == os.path.realpath(path):
        return name
    if root is not None and Path(path).is_relative_to(root):
        return Path(path).relative_to(root).as_posix()
    return path


def _options(bench: Workbench, step: str, output: Path) -> Iterator[str]:
    """Yield the options that say which settings and folders count, as they are in the project."""
    tool = tool_of(step, bench.own)
    options = tool.options(bench.homes.of(tool, output), bench)
    temporary = (bench.mirror.scratch / "settings-", bench.mirror.top / OURS)
    if not any(os.fspath(start) in option for option in options for start in temporary):
        yield from (_in_project(option, bench) for option in options)


def _variables(bench: Workbench, step: str) -> Iterator[str]:
    """Yield the environment variables that name folders of the project, as assignments."""
    for name, value in tool_of(step, bench.own).environment(bench).items():
        if bench.directory in value:
            yield f"{name}={_in_project(value, bench)}"


def _in_project(text: str, bench: Workbench) -> str:
    """Return `text` in a line, with paths of the mirror as they are in the project."""
    for folder in (bench.directory, escape(bench.directory)):
        text = text.replace(f"{folder}{os.sep}", "").replace(folder, ".")
    return text.strip()


def _way(here: Path, folder: Path) -> str:
    """Return the shortest way from `here` to `folder`."""
    try:
        way = os.path.relpath(folder, here)
    except ValueError:  # another drive
        return os.fspath(folder)
    return min(way, os.fspath(folder), key=len)


def _joined(words: Sequence[str]) -> str:
    """Return `words` as a line for a shell; the names of assignments are not quoted."""
    quoted = []
    for word in words:
        name, equals, value = word.partition("=")
        assigns = equals and name.isidentifier() and name.isupper()
        quoted.append(f"{name}={shlex.quote(value)}" if assigns else shlex.quote(word))
    return " ".join(quoted)
