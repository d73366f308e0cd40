"""Choose the quality steps of a project that names none: those that it configures, else those that are installed.

Two tools that would undo each other's work are never both chosen. A tool that the project configures is chosen
whether or not it is installed: if it is missing, that is an error, and no reason to check less.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from wsgen.environment import Environment
from wsgen.installed import find_tools
from wsgen.settings.config import STEPS, Config
from wsgen.settings.evidence import FORMAT, SORTING, Evidence, Strength, evidence_in

_TYPE_CHECKERS = ("mypy", "basedpyright", "pyright")


class Choice(NamedTuple):
    """A quality step, and why it is chosen or left out, in a few words such as `.flake8`."""

    step: str
    reason: str


class Choices(NamedTuple):
    """The steps that are chosen for a project, in their order, and all others."""

    chosen: tuple[Choice, ...]
    left_out: tuple[Choice, ...]

    @property
    def steps(self) -> tuple[str, ...]:
        """Return the names of the chosen steps."""
        return tuple(choice.step for choice in self.chosen)


def explained_steps(config: Config) -> Choices:
    """Return the quality steps of the project with these settings, and why it has them."""
    if not config.steps_named or config.file is None:
        return choose_steps(config.root, config.environment, config.commands)
    where = f"`steps` in {config.file.name}"
    chosen = tuple(Choice(step, where) for step in config.steps)
    unused = (name for name in config.commands if name not in config.steps)
    return Choices(chosen, tuple(Choice(name, f"{where} does not name it") for name in unused))


def choose_steps(root: Path, environment: Environment, commands: Iterable[str] = ()) -> Choices:
    """Return the quality steps for the project at `root`, whatever `steps` in its settings of wsgen says.

    Where it configures none, those whose tools are installed: in `environment`, beside wsgen or on PATH. Its own
    `commands` are the last ones.
    """
    found = evidence_in(root)
    otherwise = "the project does not configure {}"
    if not found:
        otherwise = "{} is not installed"
        found = _installed(root, environment)
    wanted = _with_implied(found)
    unwanted = dict(_conflicts(wanted))
    chosen, left_out = [], []
    for step, tool in STEPS.items():
        evidence = wanted.get(FORMAT if step == FORMAT else tool)
        if evidence is None:
            left_out.append(Choice(step, otherwise.format(tool)))
        elif step in unwanted:
            left_out.append(Choice(step, unwanted[step]))
        else:
            chosen.append(Choice(step, evidence.where))
    chosen += [Choice(name, f"`quality.commands.{name}` in the settings") for name in commands]
    return Choices(tuple(chosen), tuple(left_out))


def _installed(root: Path, environment: Environment) -> dict[str, Evidence]:
    """Return the tools that are installed as if the project wanted them, and only one of the type checkers."""
    where = "{} is installed, and the project configures no tool"
    found = find_tools(STEPS.values(), environment, root=root)
    tools = [tool for tool, place in found.items() if place is not None]
    checkers = [tool for tool in _TYPE_CHECKERS if tool in tools]
    return {
        tool: Evidence(Strength.DEPENDENCY, where.format(tool))
        for tool in tools
        if tool not in checkers[1:]
    }


def _with_implied(found: Mapping[str, Evidence]) -> dict[str, Evidence]:
    """Return `found` with ruff as a formatter: whoever uses ruff and no other formatter formats with it."""
    if FORMAT in found or "ruff" not in found:
        return dict(found)
    return {**found, FORMAT: found["ruff"]._replace(strength=Strength.IMPLIED)}


def _conflicts(wanted: Mapping[str, Evidence]) -> list[tuple[str, str]]:
    """Return the steps that are left out for the sake of another one, each with the reason."""
    black, ruff = wanted.get("black"), wanted.get(FORMAT)
    found = []
    if black and ruff:
        if black.strength >= ruff.strength:
            found.append((FORMAT, f"black formats the project: {black.where}"))
        else:
            found.append(("black", f"ruff formats the project: {ruff.where}"))
    if "ruff" in wanted and SORTING in wanted:
        found.append(("isort", f"ruff sorts the imports: {wanted[SORTING].where}"))
    checkers = [tool for tool in ("basedpyright", "mypy") if tool in wanted]
    if checkers and (plain := wanted.get("pyright")) and plain.strength is Strength.IMPLIED:
        reason = f"{checkers[0]} checks types; {plain.where} may be that of an editor"
        found.append(("pyright", reason))
    return found
