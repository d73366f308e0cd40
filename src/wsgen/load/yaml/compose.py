"""YAML text -> tree of nodes, bounded: libyaml reads the events, this builds the tree.

libyaml's own composer recurses in C without a limit and stops at the first error. Here depth and size, also with
aliases expanded, are limited, and a bad tag or alias is a diagnostic that does not hide the next one.
"""

import re

import yaml

from wsgen.diagnostics import Diagnostic
from wsgen.load.sentences import short
from wsgen.load.sourcetext import SourceText, UnreadableError, unreadable
from wsgen.load.yaml.nodes import BROKEN, CORE, Mapping, Node, Scalar, Sequence, scalar_kind
from wsgen.load.yaml.parser_errors import explain

MAX_DEPTH = 20
MAX_NODES = 100_000
"""How many values a file may hold with its aliases expanded; a long text counts as several."""

_TEXT_OF_A_VALUE = 64

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CONTROL = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"  # what YAML calls printable
)
_SURROGATE = re.compile("[\ud800-\udfff]")  # made of escapes by PyYAML's parser in Python
_SCALAR_TAGS = frozenset({"str", "int", "float", "bool", "null"})


def compose(source: SourceText, found: list[Diagnostic]) -> Node | None:
    """Return the root of the one document in `source`, None if there is none.

    Diagnostics of bad tags and aliases are appended to `found`, and their nodes have the kind BROKEN. Raises
    UnreadableError for broken syntax, a second document, and too much depth or size.
    """
    if bad := _CONTROL.search(source.text):
        message = f"character U+{ord(bad[0]):04X} is not allowed in YAML"
        advice = "Remove it."
        raise unreadable("WSG100", message, source.span(bad.start(), bad.end()), advice)
    try:
        return _Composer(source, found).compose()
    except yaml.YAMLError as error:
        diagnostic = explain(source, error)
        raise UnreadableError(diagnostic.message, [diagnostic]) from error


class _Composer:
    """Builds the tree with a stack of open collections instead of recursion."""

    def __init__(self, source: SourceText, found: list[Diagnostic]) -> None:
        self.source = source
        self.found = found
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
                    advice = (
                        "Keep one document in a file: remove this marker, or make it two files."
                    )
                    raise unreadable("WSG107", "a second document starts here", span, advice)
        return self.root

    def scalar(self, event: yaml.ScalarEvent) -> Scalar:
        start, end = _extent(event)
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
            advice = f"Define it further up: `&{name}`. Quote a text that starts with `*`."
            self.fail(
                "WSG109", f"there is no anchor `{name}` before this alias", start, end, advice
            )
        elif any(target is node for node in self.open):
            advice = "Copy what is needed instead of the whole."
            message = f"alias `*{name}` stands inside of what it names"
            self.fail("WSG109", message, start, end, advice)
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
        if event.tag not in (None, "!", CORE + name):
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
        if self.total > MAX_NODES:
            advice = "Write out what is meant, or make it several modules."
            message = "the file is too large with its aliases expanded"
            raise unreadable("WSG109", message, self.source.span(start, start + 1), advice)

    def bound(self, depth: int, start: int) -> None:
        if depth > MAX_DEPTH:
            advice = "Routers, their fields and delivery are all the levels there are."
            message = f"values are nested more than {MAX_DEPTH} levels deep"
            raise unreadable("WSG110", message, self.source.span(start, start + 1), advice)

    def bad_tag(self, tag: str, start: int, end: int) -> str:
        shown = tag.replace(CORE, "!!")
        advice = "Remove the tag: only plain values are read."
        self.fail("WSG108", f"tag {short(shown, 40)} is not supported", start, end, advice)
        return BROKEN

    def fail(self, code: str, message: str, start: int, end: int, advice: str) -> None:
        self.found.append(Diagnostic(code, message, self.source.span(start, end), help=advice))


def _extent(event: yaml.Event) -> tuple[int, int]:
    """Return the indices of what `event` covers; the parser marks every event."""
    start, end = event.start_mark, event.end_mark
    return (start.index if start else 0, end.index if end else 0)
