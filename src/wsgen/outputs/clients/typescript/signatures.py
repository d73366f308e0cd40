"""The types of the routes and commands of a client, for the files that import `index.ts`."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from wsgen.outputs.clients.contract import Owner
from wsgen.outputs.clients.typescript.api import Asked, Subscribed
from wsgen.outputs.clients.typescript.literals import doc_comment
from wsgen.outputs.clients.typescript.members import Client
from wsgen.outputs.clients.typescript.messages import Slot
from wsgen.outputs.clients.typescript.schemas import Schemas

_TYPES = "t."
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


class RouteTypes(NamedTuple):
    """The types of a route: no `request` if there is nothing to ask for, no `snapshot` without a state."""

    request: str | None
    data: str
    snapshot: str | None


class CommandTypes(NamedTuple):
    """The types of a command."""

    request: str
    response: str


def route_types(client: Client, route: Subscribed, schemas: Schemas) -> RouteTypes:
    """Return the types of a route of `client`."""

    def text(slot: Slot | None, field: str) -> str | None:
        owner = Owner(client.endpoint.address, route.wire, field)
        return None if slot is None else schemas.slot(slot, owner, _TYPES).text

    data = text(route.data, "data") or ""
    return RouteTypes(text(route.request, "request"), data, text(route.snapshot, "snapshot"))


def command_types(client: Client, command: Asked, schemas: Schemas) -> CommandTypes:
    """Return the types of a command of `client`."""
    slots = {"request": command.request, "response": command.response}
    texts = [
        schemas.slot(slot, Owner(client.endpoint.address, command.wire, field), _TYPES).text
        for field, slot in slots.items()
    ]
    return CommandTypes(*texts)


def import_of_types(texts: Iterable[str]) -> list[str]:
    """Return the statement that imports the named types, if `texts`, which have no comments, need them."""
    used = any(re.search(r"\bt\.", _STRING.sub("", text)) for text in texts)
    return ['import type * as t from "./types.d.ts"\n'] if used else []


def comment_on(item: Subscribed | Asked) -> str:
    """Return a short doc comment: what the document says first of a route or command."""
    lines = str(item.texts.get("summary", "")).strip().splitlines()[:1]
    lines += ["@deprecated"] if item.texts.get("deprecated") else []
    return doc_comment(lines)
