"""Build a bounded tree of nodes from the YAML of a `ws.yaml` or an AsyncAPI document.

libyaml reads the events. Its own composer recurses in C without a limit and stops at the first error. Here
depth and size, also with aliases expanded, are limited, and a bad tag or alias does not hide the next one.
"""

import re
from dataclasses import dataclass

import yaml

from wsgen.diagnostics import Diagnostic
from wsgen.load.sentences import short
from wsgen.load.sourcetext import unreadable
from wsgen.load.yaml.nodes import BROKEN, CORE, PLAIN, Mapping, Node, Scalar, Sequence, scalar_kind
from wsgen.syntax.text_ranges import SourceText


@dataclass(frozen=True)
class Dialect:
    """What differs between the kinds of files: how large they may be, and what is said where they are wrong.

    `levels` and `values` limit a file with its aliases expanded; a long text counts as several values. A strict
    dialect determines the types of scalars as PyYAML does, and refuses tags; any other reads scalars by YAML 1.2,
    and ignores tags. A pair is a message and its help, a single text the help.
    """

    levels: int
    values: int
    is_strict: bool
    second_document: str
    unknown_anchor: tuple[str, str]
    repeated_key: tuple[str, str]
    first_key: str
    too_deep: str
    too_large: str


WS_YAML = Dialect(
    levels=20,
    values=100_000,
    is_strict=True,
    second_document="Keep one document in a file: remove this marker, or make it two files.",
    unknown_anchor=(
        "there is no anchor `{}` before this alias",
        "Define it further up: `&{}`. Quote a text that starts with `*`.",
    ),
    repeated_key=("key {} is given twice", "Keep one of the two."),
    first_key="first here",
    too_deep="Flatten them: a source has only routers, their fields, delivery and examples.",
    too_large="Write out what is meant, or make it several modules.",
)

_TEXT_OF_A_VALUE = 64

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SURROGATE = re.compile("[\ud800-\udfff]")  # made of escapes by PyYAML's parser in Python
_SCALAR_TAGS = frozenset({"str", "int", "float", "bool", "null"})


def compose(source: SourceText, found: list[Diagnostic], dialect: Dialect = WS_YAML) -> Node | None:
    """Return the root of the one document in `source`, None if there is none.

    Diagnostics of bad tags and aliases are appended to `found`, and their nodes have the kind BROKEN. Raises
    YAMLError for broken syntax, and UnreadableError for a second document and too much depth or size.
    """
    return _Composer(source, found, dialect).compose()


class _Composer:
    """Builds the tree with a stack of open collections instead of recursion."""

    def __init__(self, source: SourceText, found: list[Diagnostic], dialect: Dialect) -> None:
        self.source = source
        self.found = found
        self.dialect = dialect
        self.anchors: dict[str, Node] = {}
        self.open: list[Sequence | Mapping] = []
        self.root: Node | None = None
        self.broken: set[int] = set()
        self.measured: dict[int, tuple[int, int]] = {}
        self.total = 0

    def compose(self) -> Node | None:
        documents = 0
        for event in yaml.parse(self.source.text, Loader=_LOADER):
            if isinstance(event, yaml.ScalarEvent):
                scalar = self.scalar(event)
                self.count(1 + len(scalar.text) // _TEXT_OF_A_VALUE, scalar.start)
                self.attach(scalar, event.anchor)
            elif isinstance(event, yaml.AliasEvent):
                self.attach(self.alias(event))
            elif isinstance(event, yaml.CollectionStartEvent):
                self.start(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                node = self.open.pop()
                node.end = _extent(event)[1]
                broken = id(node) in self.broken
                self.attach(Scalar(node.start, node.end, "", BROKEN) if broken else node)
            elif isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    start = _extent(event)[0]
                    span = self.source.span(start, start + 3)
                    help_text = self.dialect.second_document
                    raise unreadable("WSG107", "a second document starts here", span, help_text)
        return self.root

    def scalar(self, event: yaml.ScalarEvent) -> Scalar:
        start, end = _extent(event)
        if not self.dialect.is_strict:
            is_plain = event.implicit[0] and event.tag is None
            return Scalar(start, end, event.value, PLAIN if is_plain else "str")
        kind = scalar_kind(event.value, plain=event.implicit[0])
        if event.tag not in (None, "!"):
            tag = str(event.tag).removeprefix(CORE)
            as_plain = scalar_kind(event.value, plain=True)
            if tag not in _SCALAR_TAGS:
                kind = self.bad_tag(event.tag, start, end)
            elif tag not in ("str", as_plain):
                kind = BROKEN
                message = (
                    f"{short(event.value, 40)} is not of the type that its tag `!!{tag}` names"
                )
                self.fail("WSG108", message, start, end, "Remove the tag.")
            else:
                kind = tag
        if kind == "str" and not event.value.isascii() and _SURROGATE.search(event.value):
            kind = BROKEN
            message = "half of a surrogate pair is not a character"
            self.fail("WSG100", message, start, end, "Write the character itself.")
        return Scalar(start, end, event.value, kind)

    def alias(self, event: yaml.AliasEvent) -> Node:
        start, end = _extent(event)
        name = event.anchor or ""
        target = self.anchors.get(name)
        if target is None:
            message, help_text = self.dialect.unknown_anchor
            self.fail("WSG109", message.format(name), start, end, help_text.format(name))
        elif any(target is node for node in self.open):
            help_text = "Copy what is needed instead of the whole."
            message = f"alias `*{name}` is inside the anchor that it names"
            self.fail("WSG109", message, start, end, help_text)
        else:
            size, height = self.measure(target)
            self.count(size, start)
            self.bound(len(self.open) + height, start)
            return target
        return Scalar(start, end, "", BROKEN)

    def measure(self, node: Node) -> tuple[int, int]:
        """Return how many values `node` holds and how many levels they have, with aliases followed."""
        if isinstance(node, Scalar):
            return 1 + len(node.text) // _TEXT_OF_A_VALUE, 0
        if id(node) not in self.measured:
            inner = [self.measure(item) for item in node.items]
            size = 1 + sum(size for size, _ in inner)
            self.measured[id(node)] = size, 1 + max((height for _, height in inner), default=0)
        return self.measured[id(node)]

    def start(self, event: yaml.CollectionStartEvent) -> None:
        start, end = _extent(event)
        node: Sequence | Mapping
        if isinstance(event, yaml.SequenceStartEvent):
            node, name = Sequence(start), "seq"
        else:
            node, name = Mapping(start), "map"
        if self.dialect.is_strict and event.tag not in (None, "!", CORE + name):
            self.bad_tag(event.tag, start, end)
            self.broken.add(id(node))
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        self.open.append(node)
        self.count(1, start)
        self.bound(len(self.open), start)

    def attach(self, node: Node, anchor: str | None = None) -> None:
        """Put `node` into the collection that is open."""
        if anchor is not None:
            self.anchors[anchor] = node
        if self.open:
            self.open[-1].items.append(node)
        else:
            self.root = node

    def count(self, size: int, start: int) -> None:
        self.total += size
        if self.total > self.dialect.values:
            message = "the file is too large"
            message += " with its aliases expanded" if self.anchors else ""
            span = self.source.span(start, start + 1)
            raise unreadable("WSG109", message, span, self.dialect.too_large)

    def bound(self, depth: int, start: int) -> None:
        if depth > self.dialect.levels:
            message = f"values are nested more than {self.dialect.levels} levels deep"
            span = self.source.span(start, start + 1)
            raise unreadable("WSG110", message, span, self.dialect.too_deep)

    def bad_tag(self, tag: str, start: int, end: int) -> str:
        shown = tag.replace(CORE, "!!")
        help_text = "Remove the tag: only plain values are read."
        self.fail("WSG108", f"tag {short(shown, 40)} is not supported", start, end, help_text)
        return BROKEN

    def fail(self, code: str, message: str, start: int, end: int, help_text: str) -> None:
        self.found.append(Diagnostic(code, message, self.source.span(start, end), help=help_text))


def _extent(event: yaml.Event) -> tuple[int, int]:
    """Return the indices of what `event` covers; the parser marks every event."""
    start, end = event.start_mark, event.end_mark
    return (start.index if start else 0, end.index if end else 0)
