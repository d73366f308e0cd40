"""The named types of a document, and those that only lead back to themselves."""

from collections.abc import Mapping
from dataclasses import dataclass

from wsgen.outputs.clients.contract import Owner, Route
from wsgen.outputs.clients.typescript.expressions import Type


@dataclass(frozen=True, slots=True)
class Declared:
    """A named type: its schema, the expression, what it is for first, and where its schema is.

    `refers` are the names that it refers to, and `bare` those without a layer in between.
    """

    schema: object
    type: Type
    owner: Owner
    route: Route
    bare: frozenset[str]
    refers: frozenset[str]


def circular(found: Mapping[str, Declared]) -> list[str]:
    """Return the names that lead back to themselves through names only."""
    ahead = {name: set(item.bare) & found.keys() for name, item in found.items()}
    behind: dict[str, set[str]] = {name: set() for name in found}
    for name, others in ahead.items():
        for other in others:
            behind[other].add(name)
    for edges, back in ((ahead, behind), (behind, ahead)):
        todo = [name for name in edges if not edges[name]]
        while todo:
            name = todo.pop()
            for other in back.pop(name, ()):
                edges[other].discard(name)
                if not edges[other]:
                    todo.append(other)
            edges.pop(name, None)
    return sorted(ahead.keys() & behind.keys())


def in_order(found: Mapping[str, Declared]) -> list[str]:
    """Return the names, each after those that it refers to unless they lead back to it."""
    done: dict[str, None] = {}
    entered: set[str] = set()
    waiting = sorted(found, reverse=True)
    while waiting:
        name = waiting[-1]
        if name in entered:
            done[waiting.pop()] = None
            continue
        entered.add(name)
        others = found[name].refers & found.keys()
        waiting += sorted(others - entered, reverse=True)
    return list(done)
