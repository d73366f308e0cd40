"""Identifiers for the parts of a document, which are good type names in any language.

Each follows from the names on the wire alone, so that another route or command changes none of them.
They are the ones that the generator writes into the stubs; an app may give a router another route.
"""

import re
from hashlib import sha256

_WORD = "[a-z][a-z0-9]*"
_PLAIN_ROUTE = re.compile(rf"{_WORD}(?:-{_WORD})*")
_PLAIN_COMMAND = re.compile(rf"{_WORD}(?:\.{_WORD}(?:-{_WORD})*)?")
_DIGEST = re.compile(r"(?:.*[-.])?x[0-9a-f]{6}")


def route_identifier(route: str) -> str:
    """Return the words of a route in Pascal case; `order-items` gives `OrderItems`.

    A route that is not words joined by hyphens, such as `order_items`, gets a digest besides, since another one
    may have the same words.
    """
    return _pascal(route) + _digest(route, _PLAIN_ROUTE)


def command_identifier(command: str) -> str:
    """Return the words of a command in Pascal case; `orders.place-all` gives `OrdersPlaceAll`.

    A command of another form gets a digest besides, as a route does.
    """
    return _pascal(command) + _digest(command, _PLAIN_COMMAND)


def verb_identifier(verb: str) -> str:
    """Return what a verb adds to the identifier of its route: `subscribe.response` gives `SubscribeResponse`."""
    return _pascal(verb)


def key_of(identifier: str) -> str:
    """Return the key of a channel or an operation with this identifier: it starts in lower case."""
    return identifier[:1].lower() + identifier[1:]


def identifier_of(key: str) -> str:
    """Return the identifier of a channel or an operation with this key."""
    return key[:1].upper() + key[1:]


def _pascal(name: str) -> str:
    return "".join(word[0].upper() + word[1:] for word in re.findall("[A-Za-z0-9]+", name))


def _digest(name: str, plain: re.Pattern[str]) -> str:
    if plain.fullmatch(name) and not _DIGEST.fullmatch(name):
        return ""
    return f"X{sha256(name.encode()).hexdigest()[:6]}"
