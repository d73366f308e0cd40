"""Read YAML or JSON into a document that knows the position of each value."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from wsgen.asyncapi.validation.reference_targets import Route, Targets
from wsgen.diagnostics import Diagnostic, Span
from wsgen.load.sourcetext import UnreadableError, unreadable
from wsgen.load.yaml.compose import Dialect, compose
from wsgen.load.yaml.document import Document
from wsgen.load.yaml.nodes import Mapping, Node, Scalar, Sequence
from wsgen.syntax.text_ranges import SourceText

MAX_BYTES = 16 << 20
_ASYNCAPI = Dialect(
    levels=100,
    values=1_000_000,
    is_strict=False,
    second_document="Keep one document in a file.",
    unknown_anchor=(
        "there is no finished anchor `{}` before this alias",
        "Define it further up.",
    ),
    repeated_key=(
        "the key {} is repeated",
        "Keep one of them; readers disagree about which one counts.",
    ),
    first_key="first defined",
    too_deep="Flatten them.",
    too_large="Split the document.",
)
_REPEATED, _UNREADABLE = "WSG602", "WSG600"
_SURROGATES = re.compile(r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")


class AsyncApiDocument:
    """A document: its plain value, and the position of each key and value.

    `diagnostics` are the problems of a text that could be read nevertheless: duplicate keys.
    """

    def __init__(self, nodes: Document) -> None:
        self._nodes = nodes
        self.path = nodes.source.path
        self.value: Any = nodes.plain(nodes.root)
        self.targets = Targets(self.value)
        self.diagnostics = [_renamed(item) for item in nodes.found]

    def key_span(self, route: Route) -> Span:
        """Return the position of the key or list item at `route`, or of the nearest one around it."""
        mark, _ = self._at(route)
        if mark is None:
            return Span(self.path, 1, 1, 1, 1)
        # A list or mapping starts at its first item, so that its own extent says nothing.
        end = mark.end if isinstance(mark, Scalar) else mark.start
        return self._nodes.source.span(mark.start, end)

    def value_span(self, route: Route) -> Span:
        """Return the position of the value at `route`; for a block or a long text, that of its key."""
        _, node = self._at(route)
        text = self._nodes.source.text
        if node is None or not route:
            return self.key_span(route)
        if isinstance(node, Scalar) and node.start < node.end:
            if "\n" not in text[node.start : node.end]:
                return self._nodes.span(node)
        elif text[node.start : node.start + 1] in ("{", "["):
            return self._nodes.source.span(node.start, node.start + 1)
        return self.key_span(route)

    def _at(self, route: Route) -> tuple[Node | None, Node | None]:
        """Return the last key or list item on the way to `route`, and the value if it is written there.

        What an alias or a merge key stands for is written elsewhere, before the value around it.
        """
        node, mark = self._nodes.root, None
        for step in route:
            found: tuple[Node, Node] | None = None
            if isinstance(node, Mapping):
                found = self._nodes.entries(node).get(str(step))
            elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
                found = node.items[step], node.items[step]
            if found is None or found[0].start < node.start:
                return mark, None
            mark, value = found
            if value.start < node.start:
                return mark, None
            node = value
        return mark, node


def read_document(path: Path, data: bytes) -> AsyncApiDocument:
    """Return the document in `data`; raises UnreadableError."""
    start = Span(path, 1, 1, 1, 1)
    if len(data) > MAX_BYTES:
        message = "the file is larger than 16 MiB"
        raise unreadable(_UNREADABLE, message, start, "Split the document.")
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        message = "the file is not UTF-8"
        raise unreadable(_UNREADABLE, message, start, "Save the file as UTF-8.") from error
    # JSON writes a character outside of the BMP as two surrogates, which YAML refuses.
    source = SourceText(path, _SURROGATES.sub(_joined, text))
    found: list[Diagnostic] = []
    try:
        root = compose(source, found, _ASYNCAPI)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        if mark is not None:
            start = Span(path, mark.line + 1, mark.column + 1, mark.line + 1, mark.column + 2)
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        message = f"the text is not valid YAML or JSON: {problem}"
        help_text = "Correct the syntax at the place shown."
        raise unreadable(_UNREADABLE, message, start, help_text) from error
    except UnreadableError as error:
        found, root = [*found, *error.diagnostics], None
    if found:
        raise UnreadableError(found[0].message, [_renamed(item) for item in found])
    if root is None:
        raise unreadable(_UNREADABLE, "the file is empty", start, "Write a document.")
    return AsyncApiDocument(Document(source, root, found, _ASYNCAPI))


def _renamed(item: Diagnostic) -> Diagnostic:
    """Return `item` with the code that it has in an AsyncAPI document instead of that for a ws.yaml."""
    return replace(item, code=_REPEATED if item.code == "WSG114" else _UNREADABLE)


def _joined(match: re.Match[str]) -> str:
    high, low = int(match[1], 16), int(match[2], 16)
    return f"\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08X}"
