"""Read the comments next to the aliases of a ws.py, and the path that it is mounted at."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

# Comments for tools do not describe a router.
_REMARK = re.compile(
    r"noqa|type:|mypy:|pyright:|pylint:|pragma|fmt:|isort:|ruff:|flake8:|yapf:|nosec", re.IGNORECASE
)
# Nor do comments on the aliases themselves, which are wrong once the aliases are removed.
_ON_ALIASES = re.compile(
    r"\btype[ -]?alias|\balias(?:es)?\b|\bWsRouter\b|\bTYPE_CHECKING\b|\btype[ -]check"
    r"|\b(?:code|router)[ -]generat|\bfor (?:the )?generat(?:or|ion)\b",
    re.IGNORECASE,
)
_LATER = re.compile(r"(?:TODO|FIXME|XXX|HACK)\b")
_RULE = "-=*#~_ \t"
_MOUNTS = frozenset(
    {"add_api_websocket_route", "add_websocket_route", "websocket", "websocket_route"}
)
_KEYWORDS = frozenset({"endpoint", "ws_endpoint", "ws_path", "ws_url"})


@dataclass(frozen=True, slots=True)
class Remarks:
    """The comments on one router: a `description` for its users, and remarks for its authors (`later`)."""

    description: tuple[str, ...] = ()
    later: tuple[str, ...] = ()


def comments_of(text: str) -> dict[int, tuple[str, bool]]:
    """Return the comment on each line that has one, and whether it is alone on the line."""
    return {
        token.start[0]: (token.string, not token.line[: token.start[1]].strip())
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT
    }


def first_comment(comments: Mapping[int, tuple[str, bool]], line: int) -> int:
    """Return the first line of the block of comments that ends right above `line`, or `line` itself."""
    while comments.get(line - 1, ("", False))[1]:
        line -= 1
    return line


def remarks_on(text: str, aliases: Mapping[str, tuple[int, int]]) -> dict[str, Remarks]:
    """Return the comments on each alias, whose first and last lines are in `aliases`.

    Comments directly above it come first, then those inside and behind it. Each line stays a line.
    """
    comments = comments_of(text)
    found = {}
    for name, (first, last) in aliases.items():
        start = first_comment(comments, first)
        said = [saying(comments[line][0]) for line in range(start, last + 1) if line in comments]
        found[name] = Remarks(
            tuple(line for line in said if line and not _LATER.match(line)),
            tuple(line for line in said if _LATER.match(line)),
        )
    return found


def saying(comment: str) -> str:
    """Return the text of a comment for people, without the signs around it; empty if there is none.

    Comments on the aliases count as empty, since the aliases are removed.
    """
    said = comment.lstrip("#:").strip()
    if said[:2] == said[-2:] and not said[:2].strip(_RULE):
        said = said.strip(_RULE)
    if _REMARK.match(said) or _ON_ALIASES.search(said) or not re.search(r"\w", said):
        return ""
    return said


def endpoint_of(tree: ast.Module) -> str | None:
    """Return the path at which the file mounts WebSockets; None if it names none, or several.

    Only literal paths are read: those of calls such as `add_websocket_route` and of arguments such as
    `endpoint=`.
    """
    found = set(_paths(tree))
    return found.pop() if len(found) == 1 else None


def _paths(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        given = [item.value for item in node.keywords if item.arg in _KEYWORDS]
        if called in _MOUNTS:
            given += node.args[:1]
            given += [item.value for item in node.keywords if item.arg == "path"]
        for value in given:
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                path = value.value
                if path.startswith("/") and path.isascii() and path.isprintable():
                    yield path
