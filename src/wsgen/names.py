"""Names: what they may look like, how others derive from them, and how they are shown."""

import keyword
import re
from collections.abc import Iterable
from itertools import islice

_WORD = re.compile(r"[A-Z]+(?![a-z])(?:[0-9][a-z0-9]*)?|[A-Z][a-z0-9]*|[a-z0-9]+")

_MANY = 50
_LONG = 100


def is_identifier(name: str) -> bool:
    """Return whether `name` is an ASCII Python identifier that is not a keyword.

    Soft keywords (`match`, `type`) count as identifiers; `None`, `True` and `False` do not.
    """
    return name.isascii() and name.isidentifier() and not keyword.iskeyword(name)


def is_dotted(name: str) -> bool:
    """Return whether `name` is one or more identifiers joined by dots."""
    return all(is_identifier(part) for part in name.split("."))


def words(name: str) -> list[str]:
    """Split a class name into its words, digits with theirs: `L2BookV10` gives `["L2", "Book", "V10"]`."""
    return _WORD.findall(name)


def kebab(name: str) -> str:
    """Return `name` as lower-case words joined by hyphens."""
    return "-".join(word.lower() for word in words(name))


def default_route(class_name: str) -> str:
    """Return the route of a router that names none: its class name without `WsRouter`/`Router`."""
    for suffix in ("WsRouter", "Router"):
        if class_name.endswith(suffix) and class_name != suffix:
            return kebab(class_name.removesuffix(suffix))
    return kebab(class_name)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the member of `known` that `name` most likely means, or None if none is similar.

    Comparing is slow, so of many names only those with the same beginning and a similar length are compared.
    """
    from difflib import get_close_matches  # only needed for misspelt names

    names = list(known)
    if len(names) > _MANY:
        alike = (each for each in names if each[:1] == name[:1] and abs(len(each) - len(name)) <= 2)
        names = list(islice(alike, _MANY))
    close = get_close_matches(name[:_LONG], names, n=1, cutoff=0.6)
    return close[0] if close else None


def did_you_mean(name: str, known: Iterable[str], otherwise: str) -> str:
    """Return the help for a name that is none of `known`: the nearest of them, `otherwise` if none is similar."""
    close = nearest(name, known)
    return f"Did you mean `{close}`?" if close else otherwise


def shortened(text: str, most: int = 200) -> str:
    """Return `text`, cut after `most` characters."""
    return text if len(text) <= most else f"{text[:most]}..."
