"""The comments beside aliases: what they say of each router."""

import io
import re
import tokenize
from collections.abc import Mapping

# Remarks to tools, and section rules such as `# -----`, say nothing of a router.
_REMARK = re.compile(
    r"noqa|type:|mypy:|pyright:|pylint:|pragma|fmt:|isort:|ruff:|flake8:|yapf:|nosec|TODO|FIXME|XXX"
)


def alias_comments(text: str, aliases: Mapping[str, tuple[int, int]]) -> dict[str, str]:
    """Return what the comments say beside each alias, whose first and last lines `aliases` tells.

    Those right above it come first, then those in and behind it. Each line stays a line.
    """
    comments: dict[int, str] = {}
    full: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            comments[token.start[0]] = token.string
            if not token.line[: token.start[1]].strip():
                full.add(token.start[0])
    found = {}
    for name, (first, last) in aliases.items():
        start = first
        while start - 1 in full:
            start -= 1
        lines = [_said(comments[line]) for line in range(start, last + 1) if line in comments]
        if said := "\n".join(line for line in lines if line):
            found[name] = said
    return found


def comment_lines(text: str, first: int) -> list[int]:
    """Return the numbers of the comment lines right above line `first` that say something of it."""
    lines = text.split("\n")
    found = []
    number = first - 1
    while number >= 1 and lines[number - 1].lstrip().startswith("#"):
        if _said(lines[number - 1].strip()):
            found.append(number)
        number -= 1
    return found


def _said(comment: str) -> str:
    said = comment.lstrip("#:").strip()
    return "" if _REMARK.match(said) or not re.search(r"\w", said) else said
