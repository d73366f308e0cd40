"""The pages of the docs, taken apart: blocks of code, commands in console blocks, commands in the text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    *(file.relative_to(ROOT).as_posix() for file in sorted((ROOT / "docs").rglob("*.md"))),
)
_BLOCK = re.compile(r"^```(\w+)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# `python = "..."` is a setting.
_INLINE = re.compile(r"`((?:wsgen|make|pip|python) (?!=)[^`\n]+)`")


@dataclass(frozen=True)
class Block:
    """A block of code and the line of its page that it starts on."""

    language: str
    text: str
    line: int


def blocks(page: str) -> Iterator[Block]:
    text = (ROOT / page).read_text("utf-8")
    for match in _BLOCK.finditer(text):
        yield Block(match[1], match[2], text.count("\n", 0, match.start()) + 1)


def without_comment(command: str) -> str:
    """Return a command without the comment behind two spaces."""
    return re.split(r"\s{2,}#", command)[0].strip()


def commands(page: str) -> list[str]:
    """Return the commands in the console blocks of a page."""
    texts = [block.text for block in blocks(page) if block.language == "console"]
    return [
        without_comment(line[2:])
        for text in texts
        for line in text.splitlines()
        if line.startswith("$ ")
    ]


def inline_commands(page: str) -> list[str]:
    text = _BLOCK.sub("", (ROOT / page).read_text("utf-8"))
    return [" ".join(match[1].split()) for match in _INLINE.finditer(text)]
