"""Name the clients of a document, and their methods: one for each route and command."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from wsgen.outputs.clients.contract import Owner, Problem
from wsgen.outputs.clients.typescript.api import Asked, Endpoint, Subscribed
from wsgen.outputs.clients.typescript.identifiers import camel_case, pascal_case

_TAKEN = frozenset({"Command", "Handle", "Stream"})
"""What options of the runtime begin with."""


@dataclass(frozen=True, slots=True)
class Client:
    """One class: its name without `Client`, and its routes and commands by the names of their methods."""

    name: str
    endpoint: Endpoint
    routes: Mapping[str, Subscribed]
    commands: Mapping[str, Asked]

    @property
    def options(self) -> str:
        """Return the name of its options, which is none of the runtime's."""
        return f"{self.name}Options" if self.name not in _TAKEN else f"{self.name}ClientOptions"


def clients_of(endpoints: Sequence[Endpoint]) -> tuple[list[Client], list[Problem]]:
    """Return a client for each endpoint, and what is wrong: names that would be the same in TypeScript."""
    clients = []
    problems: list[Problem] = []
    names: dict[str, Endpoint] = {}
    for endpoint in endpoints:
        name = pascal_case(endpoint.name)
        first = names.setdefault(name, endpoint)
        if first is not endpoint:
            message = f"`{first.name:.100}` and `{endpoint.name:.100}` would both be `{name}Client`"
            help_text = "Give one of the modules another `module:`."
            owner = Owner(endpoint.address, "", "")
            problems.append(Problem("WSG701", endpoint.route, message, help_text, owner))
        methods: dict[str, Subscribed | Asked] = {}
        for method, item in _methods(endpoint):
            other = methods.setdefault(method, item)
            if other is not item:
                problems.append(_same(method, other, item, endpoint))
        clients.append(
            Client(
                name,
                endpoint,
                {key: item for key, item in methods.items() if isinstance(item, Subscribed)},
                {key: item for key, item in methods.items() if isinstance(item, Asked)},
            )
        )
    return clients, problems


def _methods(endpoint: Endpoint) -> Iterator[tuple[str, Subscribed | Asked]]:
    for route in endpoint.routes:
        yield camel_case(route.wire), route
    for command in endpoint.commands:
        yield camel_case(command.name), command


def _same(
    method: str, first: Subscribed | Asked, item: Subscribed | Asked, endpoint: Endpoint
) -> Problem:
    message = f"`{first.wire:.100}` and `{item.wire:.100}` would both be `{method}` in TypeScript"
    help_text = "Give one of them another name."
    return Problem("WSG701", item.route, message, help_text, Owner(endpoint.address, item.wire, ""))
