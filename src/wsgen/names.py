"""Names: what they may look like, how others derive from them, and how they are shown."""

import keyword
import re
from collections.abc import Iterable
from itertools import islice, takewhile

_WORD = re.compile(r"[A-Z]+(?![a-z])(?:[0-9][a-z0-9]*)?|[A-Z][a-z0-9]*|[a-z0-9]+")

_SHORT = 3
"""Names with fewer characters are a slip away from too many others."""
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


def snake(name: str) -> str:
    """Return `name` as lower-case words joined by underscores."""
    return "_".join(word.lower() for word in words(name))


def default_route(class_name: str) -> str:
    """Return the route of a router that names none: its class name without `WsRouter`/`Router`."""
    for suffix in ("WsRouter", "Router"):
        if class_name.endswith(suffix) and class_name != suffix:
            return kebab(class_name.removesuffix(suffix))
    return kebab(class_name)


def mistyped(name: str, known: Iterable[str]) -> str | None:
    """Return the only member of `known` that is a single slip of the keyboard away from `name`, None without one.

    A slip is one character too many, too few or wrong, or two that are exchanged.
    """
    found = [each for each in known if _is_slip(name, each)]
    return found[0] if len(found) == 1 else None


def _is_slip(name: str, meant: str) -> bool:
    if name == meant or len(name) < _SHORT or abs(len(name) - len(meant)) > 1:
        return False
    start = _alike(name, meant)
    name, meant = name[start:], meant[start:]
    end = _alike(name[::-1], meant[::-1])
    name, meant = name[: len(name) - end], meant[: len(meant) - end]
    return (len(name) <= 1 and len(meant) <= 1) or (len(name) == 2 and name == meant[::-1])


def _alike(one: str, other: str) -> int:
    """Return with how many characters both texts begin."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the member of `known` that `name` most likely means, or None if none is similar.

    Comparing is slow, so of many names only those with the same beginning and a similar length are compared.
    """
    from difflib import get_close_matches  # only needed for misspelt names

    names = list(known)
    if len(names) > _MANY:
        alike = (each for each in names if each[:1] == name[:1] and abs(len(each) - len(name)) <= 2)
        names = list(islice(alike, _MANY))
    if slip := mistyped(name, names):
        return slip
    close = get_close_matches(name[:_LONG], names, n=1, cutoff=0.6)
    return close[0] if close else None


def did_you_mean(name: str, known: Iterable[str], otherwise: str) -> str:
    """Return the help for a name that is none of `known`: the nearest of them, `otherwise` if none is similar."""
    close = nearest(name, known)
    return f"Did you mean `{close}`?" if close else otherwise


def shortened(text: str, most: int = 200) -> str:
    """Return `text`, cut after `most` characters."""
    return text if len(text) <= most else f"{text[:most]}..."
