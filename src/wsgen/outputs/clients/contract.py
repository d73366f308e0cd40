"""What the output of a client is: a function that renders its files from an AsyncAPI document."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

Route = tuple[str | int, ...]
"""The keys and indexes that lead to a value in a document."""

# JSON from anywhere, whose structure is checked where it is used.
Json = dict[str, Any]


class Owner(NamedTuple):
    """What a part of a document was made for: the address of an endpoint, a route or command, and its field."""

    address: str
    wire: str
    field: str


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a document: where it is, and what it was made for if that is known.

    A `warning` does not stop the client from being made.
    """

    code: str
    route: Route
    message: str
    help: str
    owner: Owner | None = None
    warning: bool = False


class ClientOptions(NamedTuple):
    """How to render a client.

    `origin` says what it is made from, and `command` how it is made again. `runtime` is the name of a package
    with the runtime, None to render the runtime too. With `open_enums`, enumerations take other values.
    """

    origin: str
    command: str
    runtime: str | None = None
    open_enums: bool = False


@dataclass(frozen=True, slots=True)
class RenderedClient:
    """The files of a client, by path in the order in which to write them; empty if an error is among `problems`.

    `owners` says what each named type is for.
    """

    files: Mapping[str, str]
    problems: tuple[Problem, ...]
    owners: Mapping[str, Owner]


ClientOutput = Callable[[Json, ClientOptions], RenderedClient]
"""Renders a valid AsyncAPI 3 document, which may come from anybody. It writes nothing."""
