"""What an output is: a function that renders files of a module's package from what the module declares."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from wsgen.model import ModuleSpec
from wsgen.source import Positions, Template


class Language(StrEnum):
    """The languages that quality tools check, by the endings of their files."""

    PYTHON = ".py"


def language_of(path: str) -> Language | None:
    """Return the language of the generated file at `path`; no other file may have a name with its ending."""
    return next((language for language in Language if path.endswith(language)), None)


@dataclass(frozen=True, slots=True)
class RenderedFile:
    """The text of a file, and what later stages need to know about it.

    `language` decides which quality tools check the file; none do without it. `rank` orders the commit: a file
    that imports other files of the package has a higher rank than these, so that it never names a missing file.
    `template` is the file of the project that it was made from, if any.
    """

    text: str
    language: Language | None = None
    rank: int = 0
    template: Template | None = None


@dataclass(frozen=True, slots=True)
class RenderContext:
    """What rendering depends on besides the spec of the module.

    `origin` names the source files for headers, and `positions` are the places of what they declare. `sources`
    are the folders that modules are importable from, `local` the project's own top-level packages. `template` is
    the project's generic class, `templates` its folder of Jinja2 templates. `schemes` are the security schemes
    that routers name. Routers are `native` if they speak the protocol of the runtime.
    """

    origin: str
    positions: Positions = field(default_factory=dict)
    sources: tuple[Path, ...] = ()
    local: Collection[str] = ()
    template: Path | None = None
    templates: Path | None = None
    schemes: Mapping[str, object] = field(default_factory=dict)
    native: bool = True


Output = Callable[[ModuleSpec, RenderContext], Mapping[str, RenderedFile]]
"""Returns files by their paths in the package, with forward slashes; the same files for the same arguments.

It writes nothing, and imports no code of the project. It raises GenerationError, with all that is wrong, if a
template of the project cannot be used.
"""
