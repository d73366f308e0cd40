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
    """How to render a client of the document that is called `title`.

    `runtime` is the name of a package with the runtime, None to render the runtime too. With `open_enums`,
    enumerations take other values. With `react` there are hooks of React, with `mock` a mock for tests,
    with `zod` schemas of zod. `package` is the name under which the client can be published.
    """

    title: str
    runtime: str | None = None
    open_enums: bool = False
    react: bool = False
    mock: bool = False
    zod: bool = False
    package: str | None = None


class NamedType(NamedTuple):
    """A named type: its text, which is in a file of the client, the digest of its schema, and what it is for."""

    text: str
    digest: str
    owner: Owner


@dataclass(frozen=True, slots=True)
class RenderedClient:
    """The files of a client, by path in the order in which to write them; none if an error is among `problems`.

    `types` are the named types, by name.
    """

    files: Mapping[str, str]
    problems: tuple[Problem, ...]
    types: Mapping[str, NamedType]


ClientOutput = Callable[[Json, ClientOptions], RenderedClient]
"""Renders a valid AsyncAPI 3 document, which may come from anybody. It writes nothing."""
