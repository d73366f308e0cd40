"""The results of a run, as values for the reports and for callers of the library."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from wsgen.diagnostics import Diagnostic, has_errors
from wsgen.source import ModuleSource


class State(StrEnum):
    """The state of a module after a run."""

    CURRENT = "current"
    WRITTEN = "written"
    STALE = "stale"
    FAILED = "failed"
    REMOVED = "removed"
    REMOVABLE = "removable"
    EMPTY = "empty"
    VALID = "valid"


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file that a run wrote, or would write; `before` is None for a new file, `after` for a removed one.

    Both texts are empty in a run that does not hold texts.
    """

    path: Path
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class ModuleResult:
    """One module's part of a run; `reason` says why it was stale.

    `routers` maps class names to routes, and `commands` the names of commands to those on the wire.
    """

    source: ModuleSource
    state: State
    routers: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[FileChange, ...] = ()
    reason: str = ""
    commands: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClientResult:
    """The part of a run that a typed client is; `reason` says why it was stale."""

    language: str
    output: Path
    state: State
    changes: tuple[FileChange, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RunResult:
    """The whole result of a run: its modules in order of path, its diagnostics sorted, and its clients."""

    modules: tuple[ModuleResult, ...]
    diagnostics: tuple[Diagnostic, ...] = ()
    clients: tuple[ClientResult, ...] = ()

    @property
    def ok(self) -> bool:
        """Return whether the run found no errors."""
        return not has_errors(self.diagnostics)

    def count(self, *states: State) -> int:
        """Return how many modules and clients are in one of `states`."""
        modules = sum(module.state in states for module in self.modules)
        return modules + sum(client.state in states for client in self.clients)
