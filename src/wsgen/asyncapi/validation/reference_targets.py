"""Resolve the local references of a document, each of them once."""

import re
from urllib.parse import unquote

Key = str | int
Route = tuple[Key, ...]
"""The way from the root to a value: keys of mappings, indices of lists."""

_MAX_CHARACTERS = 10_000
_MAX_HOPS = 50
_INDEX = re.compile(r"[0-9]{1,9}")


def value_at(root: object, route: Route) -> object:
    """Return the value at `route`, which exists."""
    node = root
    for key in route:
        node = node[key]  # type: ignore[index]  # the route was found in this value
    return node


class _TooDeepError(Exception):
    """A pointer passes through too many references."""


class Targets:
    """The references of the document `root`, resolved when they are needed."""

    def __init__(self, root: object) -> None:
        self.root = root
        self._routes: dict[str, Route | None] = {}
        self._ends: dict[Route, Route | None] = {}
        self._circles: set[Route] = set()
        self._depth = 0

    def route(self, reference: str) -> Route | None:
        """Return the route that the local `reference` names, or None if it leads nowhere or through itself.

        A value that the pointer passes through may itself be a reference, such as a channel of 3.x.
        """
        try:
            return self._route(reference)
        except _TooDeepError:
            return None

    def follow(self, value: object) -> tuple[object, Route | None]:
        """Return the value that `value` finally refers to and its route, or None if it is not a reference.

        A reference that leads nowhere, out of the document or back to itself gives None for the value.
        """
        target = _reference(value)
        if target is None:
            return value, None
        route = self.route(target)
        end = None if route is None else self._end(route)
        return (None, None) if end is None else (value_at(self.root, end), end)

    def is_circular(self, reference: str) -> bool:
        """Return whether following `reference` leads back to a place on its way."""
        route = self.route(reference)
        return route is not None and self._end(route) is None and route in self._circles

    def _end(self, route: Route) -> Route | None:
        """Return the place of the value that any number of references lead to from `route`."""
        way: dict[Route, None] = {}
        place: Route | None = route
        while place is not None and place not in way and place not in self._ends:
            way[place] = None
            target = _reference(value_at(self.root, place))
            if target is None:
                self._ends[place] = place
                break
            place = self.route(target)
        end = self._ends.get(place) if place is not None else None
        if place in self._circles or (place in way and place not in self._ends):
            self._circles.update(way)
        self._ends.update(dict.fromkeys(way, end))
        return self._ends[route]

    def _route(self, reference: str) -> Route | None:
        if reference in self._routes:
            return self._routes[reference]
        if self._depth >= _MAX_HOPS:
            raise _TooDeepError
        self._depth += 1
        self._routes[reference] = None  # While the reference is being resolved, it leads nowhere.
        try:
            found = self._resolved(reference)
        except _TooDeepError:
            del self._routes[reference]
            raise
        finally:
            self._depth -= 1
        self._routes[reference] = found
        return found

    def _resolved(self, reference: str) -> Route | None:
        if reference == "#":
            return ()
        if not reference.startswith("#/") or len(reference) > _MAX_CHARACTERS:
            return None
        node = self.root
        route: list[Key] = []
        for token in reference[2:].split("/"):
            key = unquote(token).replace("~1", "/").replace("~0", "~")
            target = None if isinstance(node, dict) and key in node else _reference(node)
            if target is not None:
                reached = self._route(target)
                if reached is None:
                    return None
                node, route = value_at(self.root, reached), list(reached)
            if isinstance(node, dict) and key in node:
                node = node[key]
                route.append(key)
            elif isinstance(node, list) and _INDEX.fullmatch(key) and int(key) < len(node):
                node = node[int(key)]
                route.append(int(key))
            else:
                return None
        return tuple(route)


def _reference(value: object) -> str | None:
    target = value.get("$ref") if isinstance(value, dict) else None
    return target if isinstance(target, str) else None
