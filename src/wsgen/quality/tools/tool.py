"""What wsgen has to know of a quality tool and its steps: the values that each file beside this one fills in.

Part of the path where nothing changed: what only runs of a tool need is imported by the functions that use it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from wsgen.quality.settings_files import Configurable, Home

if TYPE_CHECKING:  # only runs of tools need them
    from wsgen.quality.problems import Reader, Report
    from wsgen.quality.workbench import Workbench

FORMATTERS = frozenset({"black", "ruff-format"})
"""The steps that decide about the layout of code, and agree about it unless the project's settings differ."""

OURS = ".wsgen-"
"""How the names of settings files begin that are only in the mirror."""

NOT_PYTHON = "Correct the templates that the file was made from."
"""The help of steps that format."""


class Step(NamedTuple):
    """One way to run a tool.

    `title` says what it does, `shown` is the command as a person would type it, without paths. `code` and `help`
    are those of the diagnostics about its problems. A step that `fixes` has a `write` command; its `check` tells
    whether `write` would change anything, and is None if only `write` itself shows it. What it writes is `stable`
    if the tool itself proves that it would not change it again. `reported_by` names the step that reports what
    this one cannot fix. `cost` orders steps that run side by side, longest first; those that are `quick` are done
    before a check of the same files would be.

    Tools get directories, not files, so that what their configuration excludes stays excluded. The options are
    those that the oldest supported version of each tool knows too.
    """

    name: str
    title: str
    shown: str
    code: str
    help: str
    check: tuple[str, ...] | None
    cost: int
    write: tuple[str, ...] | None = None
    stable: bool = False
    quick: bool = False
    reported_by: str | None = None

    @property
    def fixes(self) -> bool:
        """Return whether the step rewrites files."""
        return self.write is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool(Configurable):
    """A quality tool: how it runs, what it reads, and what its result depends on.

    `companions` are the beginnings of the names of distributions that change what it finds; with `reads_imports`,
    its result depends on all that is installed and on the project's own packages that the files import. One that
    `checks_types` notices if a type is gone.
    `import_folders` returns the further folders that the contents of a settings file make importable.

    `options` returns what wsgen adds for files with certain settings. `agreement` has the first half of the help
    where this tool and another step undo each other's changes; the second half is to leave one of them out.
    `workers` is the option for the number of its processes, None if it uses all processors by itself; a tool in
    `parts` is given parts of the files instead. A tool that needs more than one command line for modules with the
    same settings has a `checks` function of its own. `environment` returns the environment variables that it
    needs. `silenced` is the comment that ends a line on which a rule does not count, and
    `excepted` returns the setting by which it does not count in generated files, both with `{}` for the rule.
    """

    steps: tuple[Step, ...]
    read: Reader
    companions: tuple[str, ...] = ()
    reads_imports: bool = False
    checks_types: bool = False
    import_folders: Callable[[bytes], list[str]] = lambda _: []
    options: Callable[[Home | None, Workbench], tuple[str, ...]] = lambda _home, _bench: ()
    environment: Callable[[Workbench], Mapping[str, str]] = lambda _: {}
    agreement: Mapping[str, str] = field(default_factory=dict)
    silenced: str = ""
    excepted: Callable[[Workbench], str] = lambda _: ""
    workers: str | Literal["parts"] | None = None
    checks: Callable[[Workbench, Sequence[Path]], Iterator[Callable[[], Report]]] | None = None
