"""The project's own generic class -> the text of a router's file, by joining segments of the template."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from wsgen.diagnostics import Diagnostic
from wsgen.errors import GenerationError
from wsgen.model import RouterSpec
from wsgen.render.imports import Imported, Imports


class Role(StrEnum):
    """What stands in a gap of the template."""

    CLASS = "class"
    REQUEST = "request"
    DATA = "data"
    IMPORTS = "imports"


@dataclass(frozen=True, slots=True)
class Gap:
    """A place to fill; `grouped` where a union needs parentheses, as in `(Bar | None).name`."""

    role: Role
    grouped: bool = False


@dataclass(frozen=True, slots=True)
class GenericTemplate:
    """A generic class in segments: text to keep, and gaps.

    `taken` are the names that the kept text uses, `bound` those that it imports at its top level.
    """

    path: Path
    segments: tuple[str | Gap, ...]
    taken: frozenset[str]
    bound: frozenset[Imported]


def specialise(
    template: GenericTemplate, router: RouterSpec, *, header: str, local: Collection[str] = ()
) -> str:
    """Return the text of the file that holds `router`, made from `template`.

    `header` are comment lines to stand first; `local` are the project's own top-level packages.

    Raises GenerationError if the template needs the router's class name for something else.
    """
    if router.class_name in template.taken:
        message = (
            f"a router cannot be called `{router.class_name}`: "
            f"{template.path.name} uses that name for something else"
        )
        raise GenerationError(message, [Diagnostic("WSG410", message, help="Rename the router.")])
    types = (router.request, router.data)
    wanted = {pair for ref in types for pair in ref.imports()}
    known = wanted & template.bound
    taken = (template.taken | {router.class_name}) - {name for _, name in known}
    imports = Imports.of(types, taken=taken)
    missing = Imports({pair: name for pair, name in imports.names.items() if pair not in known})
    lines = [line for block in missing.blocks({}, local) for line in block]
    values = {
        Role.CLASS: router.class_name,
        Role.REQUEST: imports.expression(router.request),
        Role.DATA: imports.expression(router.data),
        Role.IMPORTS: "".join(f"{line}\n" for line in lines),
    }
    parts = [header]
    for segment in template.segments:
        if isinstance(segment, str):
            parts.append(segment)
        else:
            value = values[segment.role]
            parts.append(f"({value})" if segment.grouped and " | " in value else value)
    return "".join(parts)
