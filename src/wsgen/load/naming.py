"""What names, routes, addresses and texts of a source may look like.

The patterns are those of the JSON Schema, written so that Python and ECMA 262 read them alike.
Each `check_` returns None, or what is wrong and what to do.
"""

import keyword
import re
import sys

from wsgen.model import ROUTER_FILE_NAMES
from wsgen.names import kebab, nearest

Problem = tuple[str, str, str]
"""A code, what is wrong, and what to do about it."""

MAX_NAME = 100
MAX_DOTTED = 200
MAX_SUMMARY = 200
MAX_DESCRIPTION = 20_000
MAX_TAGS = 50
MAX_TYPE = 500

_KEYWORDS = "|".join(sorted(keyword.kwlist))
_ONE = f"(?!(?:{_KEYWORDS})(?![A-Za-z0-9_]))[A-Za-z_][A-Za-z0-9_]*"
CLASS_NAME = f"^(?!__)(?=.*[A-Za-z0-9]){_ONE}$"
MODULE = "^[A-Za-z0-9_]+(?:[.-][A-Za-z0-9_]+)*$"
DOTTED = rf"^{_ONE}(?:\.{_ONE})*$"
ROUTE = "^[a-z0-9]+(?:[-_][a-z0-9]+)*$"
ENDPOINT = r"^/(?:(?!\.{1,2}(?:/|$))[A-Za-z0-9._~-]+(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._~-]+)*)?$"
REQUEST = "^ *[A-Za-z_][A-Za-z0-9_.:]* *$"
TYPE = r"^ *[A-Za-z_][A-Za-z0-9_.:\[\], |]*$"  # loosely: brackets cannot be matched by a pattern
TAG = r"^[^\u0000-\u0020\u007f](?:[^\u0000-\u001f\u007f]*[^\u0000-\u0020\u007f])?$"
SCHEME = "^[A-Za-z0-9._-]+$"
SUMMARY = r"^[^\u0000-\u001f\u007f]*$"
DESCRIPTION = r"^[^\u0000-\u0008\u000b-\u001f\u007f]*$"


def matches(pattern: str, text: str) -> bool:
    """Return whether all of `text` matches; unlike `re.match`, `$` is the end, not a last newline."""
    return "\n" not in text[-1:] and re.match(pattern, text) is not None


def check_class_name(name: str) -> Problem | None:
    """Check that `name` can be a class, and its lower case the file that holds it."""
    lower = name.lower()
    if len(name) > MAX_NAME:
        return "WSG117", f"a class name of {len(name)} characters", f"Use at most {MAX_NAME}."
    if keyword.iskeyword(name) or keyword.iskeyword(lower):
        problem = f"`{name}` cannot name a router: `{_keyword(name)}` is a Python keyword"
        return "WSG117", problem, f"Call it `{name.capitalize()}WsRouter`."
    if name.startswith("__"):
        return "WSG117", f"`{name}` starts with two underscores", "Leave such names to Python."
    if not matches(CLASS_NAME, name):
        advice = "Use ASCII letters, digits and `_`, as in `BarWsRouter`; start with a letter."
        return "WSG117", f"`{_short(name)}` is not a class name", advice
    if lower in sys.stdlib_module_names:
        problem = f"the file of `{name}`, {lower}.py, would be named as a standard module"
        return "WSG117", problem, f"Call it `{name}WsRouter`."
    return None


def check_free(name: str) -> Problem | None:
    """Check that the class `name` does not hide what the router's file uses by that name; it is one otherwise."""
    if name not in ROUTER_FILE_NAMES or check_class_name(name):
        return None
    problem = f"a router cannot be called `{name}`: its file uses something of that name"
    better = "BarWsRouter" if name.endswith("Router") else f"{name}WsRouter"
    return "WSG410", problem, f"Rename it, for example to `{better}`."


def check_route(route: str) -> Problem | None:
    """Check that `route` can be a wire prefix."""
    if len(route) > MAX_NAME:
        return "WSG120", f"a route of {len(route)} characters", f"Use at most {MAX_NAME}."
    if matches(ROUTE, route):
        return None
    if not route:
        return "WSG120", "the route is empty", "Remove the key, or write it like `order-book`."
    better = kebab(route)
    advice = f"Write `{better}`." if matches(ROUTE, better) else "Write it like `order-book`."
    problem = "a route is lower-case words and digits joined by `-` or `_`"
    return "WSG120", f"`{_short(route)}` is not a route: {problem}", advice


def check_endpoint(endpoint: str) -> Problem | None:
    """Check that `endpoint` is an absolute path without parameters and query."""
    if len(endpoint) > MAX_DOTTED:
        return "WSG121", f"an endpoint of {len(endpoint)} characters", f"Use at most {MAX_DOTTED}."
    if matches(ENDPOINT, endpoint):
        return None
    if "://" in endpoint:
        problem, advice = (
            "it is a URL",
            "Write the path only; servers stand in [tool.wsgen.asyncapi].",
        )
    elif not endpoint.startswith("/"):
        problem, advice = "it does not start with `/`", f"Write `/{endpoint}`."
    elif "{" in endpoint or "}" in endpoint:
        problem, advice = "it has parameters", "Put what varies into the request model."
    elif "?" in endpoint or "#" in endpoint:
        problem, advice = "it has a query or fragment", "Write the path only."
    elif any(char.isspace() for char in endpoint):
        problem, advice = "it has white space", "Remove the space, or write `-`."
    elif endpoint.endswith("/") or "//" in endpoint:
        problem, advice = "it has an empty part", "Write single slashes, and none at the end."
    elif "/." in endpoint:
        problem, advice = "it has `.` or `..` parts", "Write the path that they lead to."
    else:
        problem, advice = "it is not a plain path", "Use letters, digits, `-`, `_`, `.` and `~`."
    return "WSG121", f"`{_short(endpoint)}` is not an endpoint: {problem}", advice


def check_module(name: str) -> Problem | None:
    """Check that `name` can be a module's name, which paths and addresses are made of."""
    if len(name) <= MAX_NAME and matches(MODULE, name):
        return None
    advice = "Use ASCII letters, digits and `_`, joined by `-` or `.`, as in `datafeed`."
    return "WSG122", f"`{_short(name)}` is not a module name", advice


def check_models(name: str) -> Problem | None:
    """Check that `name` is the dotted name of a Python package or module."""
    if len(name) <= MAX_DOTTED and matches(DOTTED, name):
        return None
    if name.endswith(".py") or "/" in name:
        better = name.removesuffix(".py").strip("/").replace("/", ".")
        return "WSG126", f"`{_short(name)}` is a path", f"Write it as it is imported: `{better}`."
    if name.startswith("."):
        return "WSG126", f"`{_short(name)}` is relative", "Write the absolute name."
    advice = "Write it as it is imported: `trading_api.models`."
    return "WSG126", f"`{_short(name)}` is not the name of a Python module", advice


def check_tag(tag: str) -> Problem | None:
    """Check that `tag` is one line of visible text."""
    if len(tag) > MAX_NAME:
        return "WSG123", f"a tag of {len(tag)} characters", f"Use at most {MAX_NAME}."
    if matches(TAG, tag):
        return None
    if not tag:
        return "WSG123", "a tag is empty", "Write a word: `charts`."
    problem = "a tag is one line without spaces around it"
    return "WSG123", f"{problem}, not {_short(repr(tag))}", "Write a word: `charts`."


def check_scheme(name: str) -> Problem | None:
    """Check that `name` can be a key of AsyncAPI's `securitySchemes`."""
    if len(name) <= MAX_NAME and matches(SCHEME, name):
        return None
    advice = "Use letters, digits, `.`, `_` and `-`, as in [tool.wsgen.asyncapi.securitySchemes]."
    return "WSG123", f"{_short(repr(name))} cannot be the name of a security scheme", advice


def check_summary(text: str) -> Problem | None:
    """Check that `text` is one line of visible text."""
    if len(text) > MAX_SUMMARY:
        advice = f"Use at most {MAX_SUMMARY}; move the rest into `description`."
        return "WSG123", f"a summary of {len(text)} characters", advice
    if "\n" in text or "\r" in text:
        return "WSG123", "a summary is one line", "Move what follows into `description`."
    return None if matches(SUMMARY, text) else _control()


def check_description(text: str) -> Problem | None:
    """Check that `text` is visible text of a sane length."""
    if len(text) > MAX_DESCRIPTION:
        advice = f"Use at most {MAX_DESCRIPTION:,}."
        return "WSG123", f"a description of {len(text):,} characters", advice
    return None if matches(DESCRIPTION, text.rstrip("\n")) else _control()


def advise(name: str, known: tuple[str, ...]) -> str:
    """Return the help for an unknown `name`: the nearest of `known`, or all of them."""
    close = nearest(name, known)
    return f"Did you mean `{close}`?" if close else f"Known are: {', '.join(known)}."


def _control() -> Problem:
    return (
        "WSG123",
        "the text holds control characters",
        "Remove them; line breaks and tabs may stay.",
    )


def _keyword(name: str) -> str:
    return name if keyword.iskeyword(name) else name.lower()


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}..."
