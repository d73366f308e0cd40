"""Find out which quality tools a project wants, from its own settings, hooks and development dependencies.

Part of the path where nothing changed: files are searched by patterns where importing a parser takes longer.
What cannot be read does not count; the tool that reads it reports the problem.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum
from pathlib import Path
from typing import Any, NamedTuple  # values of TOML, which are checked before they are used

from wsgen.files import REPOSITORIES, read_file
from wsgen.settings.config import STEPS
from wsgen.settings.toml import toml_in

FORMAT = "ruff-format"
"""What evidence of ruff as a formatter is called, besides the names of tools."""
SORTING = "ruff's rule `I`"
"""What evidence that ruff sorts imports is called."""

_LIMIT = 1 << 20
_MOST_EXTENDED = 8
_TOOLS = frozenset(STEPS.values())
_FILES = {
    "ruff.toml": "ruff",
    ".ruff.toml": "ruff",
    ".flake8": "flake8",
    ".isort.cfg": "isort",
    "mypy.ini": "mypy",
    ".mypy.ini": "mypy",
    "pyrightconfig.json": "pyright",
}
_SECTIONS = {
    "setup.cfg": {"flake8": "flake8", "isort": "isort", "tool:isort": "isort", "mypy": "mypy"},
    "tox.ini": {"flake8": "flake8", "isort": "isort"},
}
_HOOKS = {"black-jupyter": "black", "ruff-check": "ruff", FORMAT: FORMAT}
_PRE_COMMIT = (".pre-commit-config.yaml", ".pre-commit-config.yml")
_REQUIREMENTS = (
    "requirements-dev.txt",
    "requirements_dev.txt",
    "dev-requirements.txt",
    "requirements/dev.txt",
)
_SORTS_IMPORTS = frozenset({"ALL", "I", "I0", "I00", "I001"})

_HOOK = rb"\b(?:id|entry):[ \t]*[\"']?([^\n#\"',}]+)"
_COMMENT = rb"(?m)^[ \t]*#.*$"
_SECTION = rb"(?m)^\[([^\]\n]+)\]"
_REQUIREMENT = r"[A-Za-z0-9][\w.-]*"


class Strength(IntEnum):
    """How surely a project uses a tool: what its hooks run counts more than settings, which may be left over.

    Settings of pyright count least, since editors read them too.
    """

    IMPLIED = 0
    DEPENDENCY = 1
    SETTINGS = 2
    HOOK = 3


class Evidence(NamedTuple):
    """That a project wants a tool: how surely, and where it says so."""

    strength: Strength
    where: str


def evidence_in(root: Path) -> dict[str, Evidence]:
    """Return the strongest evidence for each tool that the project at `root` wants, by name.

    The names are those of the tools, FORMAT and SORTING. A project in a repository is configured by the folders
    above it too, up to the top of the repository.
    """
    found: dict[str, Evidence] = {}
    for folder in _folders(root):
        for name, evidence in _in_folder(folder, root):
            known = found.get(name)
            if known is None or known.strength < evidence.strength:
                found[name] = evidence
    return found


def _folders(root: Path) -> tuple[Path, ...]:
    """Return `root` and the folders above it up to the top of the repository; only `root` if it is in none."""
    above = (root, *root.parents)
    for number, folder in enumerate(above):
        if any(os.path.lexists(f"{folder}/{name}") for name in REPOSITORIES):
            return above[: number + 1]
    return (root,)


def _in_folder(folder: Path, root: Path) -> Iterator[tuple[str, Evidence]]:
    def shown(name: str) -> str:
        return os.path.relpath(folder / name, root)

    def settings(tool: str, where: str) -> tuple[str, Evidence]:
        strength = Strength.IMPLIED if tool == "pyright" else Strength.SETTINGS
        return tool, Evidence(strength, where)

    try:
        names = set(os.listdir(folder))
    except OSError:
        return
    for name in sorted(_FILES.keys() & names):
        yield settings(_FILES[name], shown(name))
    for name in sorted(_FILES.keys() & names):
        if _FILES[name] == "ruff" and (table := _toml(folder / name)):
            yield from _of_ruff(table, folder / name, shown(name))
    for name, sections in _SECTIONS.items():
        if name in names:
            for section in _found(_SECTION, _contents(folder / name)):
                if section in sections:
                    yield settings(sections[section], f"[{section}] in {shown(name)}")
    if "pyproject.toml" in names and (content := _toml(folder / "pyproject.toml")):
        tables = _table(content, "tool")
        for tool in sorted(_TOOLS & tables.keys()):
            yield settings(tool, f"[tool.{tool}] in {shown('pyproject.toml')}")
        if table := _table(tables, "ruff"):
            yield from _of_ruff(
                table, folder / "pyproject.toml", shown("pyproject.toml"), "tool.ruff."
            )
        for where, required in _dependencies(content):
            for tool in sorted(_TOOLS & _distributions(required)):
                group = where if where.isprintable() else ascii(where)
                text = f"`{tool}` in [{group}] of {shown('pyproject.toml')}"
                yield tool, Evidence(Strength.DEPENDENCY, text)
    for name in _REQUIREMENTS:
        if name.partition("/")[0] in names:
            lines = _contents(folder / name).decode("utf-8", "replace").splitlines()
            for tool in sorted(_TOOLS & _distributions(lines)):
                yield tool, Evidence(Strength.DEPENDENCY, f"`{tool}` in {shown(name)}")
    for name in _PRE_COMMIT:
        if name in names:
            for hook in _found(_HOOK, re.sub(_COMMENT, b"", _contents(folder / name))):
                for tool, command in _run_by(hook):
                    where = f"the hook `{command}` in {shown(name)}"
                    yield tool, Evidence(Strength.HOOK, where)


def _run_by(hook: str) -> Iterator[tuple[str, str]]:
    """Yield what a hook runs, given its id or its command, and the words of it that say so."""
    words = hook.split()
    for word, following in zip(words, [*words[1:], ""], strict=True):
        name = word.rpartition("/")[2]
        if name == "ruff" and following == "format":
            yield FORMAT, f"{name} {following}"
        elif name in _TOOLS or name in _HOOKS:
            yield _HOOKS.get(name, name), name


def _of_ruff(
    table: Mapping[str, Any], file: Path, shown: str, prefix: str = ""
) -> Iterator[tuple[str, Evidence]]:
    """Yield what the settings of ruff say beyond that it is used, with those that they extend."""
    for _ in range(_MOST_EXTENDED):
        if "format" in table:
            yield FORMAT, Evidence(Strength.SETTINGS, f"[{prefix}format] in {shown}")
        for holder in (table, _table(table, "lint")):
            for key in ("select", "extend-select"):
                rules = holder.get(key)
                if isinstance(rules, list) and not _SORTS_IMPORTS.isdisjoint(map(str, rules)):
                    yield SORTING, Evidence(Strength.SETTINGS, f"`{key}` in {shown}")
        extended = table.get("extend")
        if not isinstance(extended, str) or "\0" in extended:
            return
        file = file.parent / os.path.expanduser(os.path.expandvars(extended))  # noqa: PTH111  as ruff does
        content = _toml(file)
        table = (
            _table(_table(content, "tool"), "ruff") if file.name == "pyproject.toml" else content
        )


def _dependencies(content: Mapping[str, Any]) -> Iterator[tuple[str, Iterable[object]]]:
    """Yield the groups of dependencies for development in a `pyproject.toml`, each with the table that has it."""
    tools = _table(content, "tool")
    poetry = _table(tools, "poetry")
    groups = {
        "dependency-groups": _table(content, "dependency-groups"),
        "project.optional-dependencies": _table(
            _table(content, "project"), "optional-dependencies"
        ),
        "tool.pdm.dev-dependencies": _table(_table(tools, "pdm"), "dev-dependencies"),
        "tool.uv": {"": _table(tools, "uv").get("dev-dependencies")},
        "tool.poetry.dev-dependencies": {"": _table(poetry, "dev-dependencies")},
    }
    for name, group in _table(poetry, "group").items():
        if isinstance(group, dict):
            groups[f"tool.poetry.group.{name}.dependencies"] = {"": group.get("dependencies")}
    for name, environment in _table(_table(tools, "hatch"), "envs").items():
        if isinstance(environment, dict):
            keys = ("dependencies", "extra-dependencies")
            groups[f"tool.hatch.envs.{name}"] = {key: environment.get(key) for key in keys}
    for where, lists in groups.items():
        for required in lists.values():
            if isinstance(required, list | dict):
                yield where, required


def _distributions(required: Iterable[object]) -> set[str]:
    """Return the names of the distributions in a list of requirements."""
    names = (re.match(_REQUIREMENT, item.strip()) for item in required if isinstance(item, str))
    return {re.sub(r"[-_.]+", "-", name[0]).lower() for name in names if name}


def _found(pattern: bytes, data: bytes) -> Iterator[str]:
    return (text.decode("utf-8", "replace").strip() for text in re.findall(pattern, data))


def _toml(file: Path) -> Mapping[str, Any]:
    try:
        return toml_in(_contents(file))
    except (ValueError, RecursionError):
        return {}


def _contents(file: Path) -> bytes:
    """Return the bytes of `file`; none if it cannot be read or is larger than any settings are."""
    try:
        data = read_file(file, _LIMIT + 1)
    except (OSError, ValueError):
        return b""
    return data if len(data) <= _LIMIT else b""


def _table(content: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = content.get(key)
    return value if isinstance(value, dict) else {}
