"""The imports of a generated file: the names of its types there, and the lines that import them."""

import re
import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from wsgen.model import UNION, TypeRef
from wsgen.outputs.python.literals import WIDTH

ImportedName = tuple[str, str]
"""A module and a top-level name in it."""


@dataclass(frozen=True, slots=True)
class Imports:
    """Names for the imported types of a file. Types that have the same name are given different ones."""

    names: Mapping[ImportedName, str]

    @classmethod
    def of(cls, types: Iterable[TypeRef], *, taken: Collection[str]) -> "Imports":
        """Name every type in `types`, without using the names in `taken`."""
        names: dict[ImportedName, str] = {}
        used = set(taken)
        for imported in dict.fromkeys(pair for ref in types for pair in ref.imports()):
            name, number = imported[1], 2
            while name in used:
                name, number = f"{imported[1]}{number}", number + 1
            used.add(name)
            names[imported] = name
        return cls(names)

    def expression(self, ref: TypeRef) -> str:
        """Return `ref` as a Python expression that uses these imports."""
        if ref.name == UNION:
            return " | ".join(self.expression(arg) for arg in ref.args)
        name = ref.name
        if ref.module is not None:
            first, dot, rest = ref.name.partition(".")
            name = f"{self.names[ref.module, first]}{dot}{rest}"
        args = ", ".join(self.expression(arg) for arg in ref.args)
        return f"{name}[{args}]" if args else name

    def blocks(
        self, fixed: Mapping[str, Collection[str]], local: Collection[str]
    ) -> list[list[str]]:
        """Return the import lines in blocks: standard library, third party, `local` packages.

        `fixed` maps modules to further names to import. Modules are sorted within a block, and so are the names
        of a module.
        """
        members: dict[str, list[str]] = {module: list(names) for module, names in fixed.items()}
        renamed: dict[str, list[str]] = {}
        for (module, name), alias in self.names.items():
            target = members if alias == name else renamed
            target.setdefault(module, []).append(name if alias == name else f"{name} as {alias}")
        blocks: dict[int, list[str]] = {0: [], 1: [], 2: []}
        for module in sorted(members.keys() | renamed.keys(), key=naturally):
            top = module.partition(".")[0]
            group = 0 if top in sys.stdlib_module_names else 2 if top in local else 1
            if module in members:
                blocks[group].append(import_statement(module, in_order(members[module])))
            # Import sorters put each renamed name on a line of its own.
            blocks[group].extend(
                import_statement(module, [name]) for name in sorted(renamed.get(module, []))
            )
        return [lines for lines in blocks.values() if lines]


def import_statement(
    module: str, names: Iterable[str], *, margin: str = "", width: int = WIDTH
) -> str:
    """Return the import of `names` from `module` on one line, or with a line for each name if it is too long.

    All lines but the first start with `margin`, which is the indentation of the first one.
    """
    listed = list(names)
    line = f"from {module} import {', '.join(listed)}"
    if len(margin) + len(line) <= width:
        return line
    lines = (f"{margin}    {name}," for name in listed)
    return "\n".join([f"from {module} import (", *lines, f"{margin})"])


def in_order(names: Iterable[str]) -> list[str]:
    """Return `names` in the order of import sorters: constants, then classes, then functions."""
    return sorted(names, key=_by_kind)


@lru_cache(maxsize=1024)
def naturally(name: str) -> tuple[tuple[str, int], ...]:
    """Return a sort key that ignores case and sorts `v2` before `v10`, as import sorters do."""
    parts = re.split(r"(\d+)", name.lower())
    return tuple(("", int(part)) if part.isdigit() else (part, 0) for part in parts)


def _by_kind(name: str) -> tuple[int, tuple[tuple[str, int], ...]]:
    plain = name.partition(" ")[0]
    kind = 0 if plain.isupper() and len(plain) > 1 else 1 if plain[:1].isupper() else 2
    return kind, naturally(name)
