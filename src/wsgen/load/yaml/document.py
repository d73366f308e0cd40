"""A composed document as plain values, with merge keys resolved, and the position of each value."""

from collections.abc import Sequence as Items
from dataclasses import dataclass, field
from typing import NamedTuple

from wsgen.diagnostics import Diagnostic, Fix, Note, Span
from wsgen.load.schema import KeyStep, Steps
from wsgen.load.sentences import Written, quote_it, short
from wsgen.load.yaml.compose import WS_YAML, Dialect
from wsgen.load.yaml.fixes import quoted
from wsgen.load.yaml.nodes import BROKEN, PLAIN, Mapping, Node, Scalar, Sequence
from wsgen.syntax.text_ranges import SourceText


class Entry(NamedTuple):
    """A key of a mapping and its value."""

    key: Scalar
    value: Node


@dataclass(slots=True, eq=False)
class Document:
    """The nodes of one file; what is wrong with them is appended to `found`, each place once."""

    source: SourceText
    root: Node
    found: list[Diagnostic]
    dialect: Dialect = WS_YAML
    _reported: set[tuple[str, int, str]] = field(default_factory=set)
    _entries: dict[int, dict[str, Entry]] = field(default_factory=dict)
    _plain: dict[int, object] = field(default_factory=dict)

    def span(self, node: Node) -> Span:
        """Return the place of `node`, as far as its first line."""
        return self.source.span(node.start, max(node.end, node.start + 1))

    def fail(
        self,
        code: str,
        node: Node,
        message: str,
        help_text: str,
        *notes: Note,
        fix: Fix | None = None,
    ) -> None:
        """Report what is wrong with `node`, once however many aliases and merge keys lead to it."""
        if (code, node.start, message) not in self._reported:
            self._reported.add((code, node.start, message))
            span = self.span(node)
            found = Diagnostic(code, message, span, help=help_text, notes=notes, fix=fix)
            self.found.append(found)

    def plain(self, node: Node) -> object:
        """Return the value of `node`: what JSON has, but the node itself for an unclear scalar."""
        if isinstance(node, Scalar):
            return node.value
        if id(node) not in self._plain:
            if isinstance(node, Mapping):
                entries = self.entries(node).items()
                self._plain[id(node)] = {key: self.plain(entry.value) for key, entry in entries}
            else:
                self._plain[id(node)] = [self.plain(item) for item in node.items]
        return self._plain[id(node)]

    def at(self, path: Steps) -> Node:
        """Return the node at `path`: the key if the last step is a KeyStep."""
        node = self.root
        for step in path:
            if isinstance(node, Mapping):
                entry = self.entries(node)[str(step)]
                node = entry.key if isinstance(step, KeyStep) else entry.value
            elif isinstance(node, Sequence):
                node = node.items[int(step)]
        return node

    def owner(self, path: Steps) -> Node:
        """Return the node that marks the collection at `path`: its key, or else its first character."""
        if path and isinstance(path[-1], str):
            return self.at((*path[:-1], KeyStep(path[-1])))
        start = self.at(path).start
        return Scalar(start, start + 1, "", "str")

    def entries(self, node: Mapping) -> dict[str, Entry]:
        """Return the entries of a mapping: those of merge keys, then its own; the first of each key."""
        if id(node) not in self._entries:
            self._entries[id(node)] = self._resolved(node)
        return self._entries[id(node)]

    def _resolved(self, node: Mapping) -> dict[str, Entry]:
        own: dict[str, Entry] = {}
        merged: dict[str, Entry] = {}
        for key, given in node.pairs:
            value = given
            if isinstance(given, Scalar) and given.kind == "null" and not given.text:
                # The value is empty, so diagnostics point at the key.
                value = Scalar(key.start, key.end, "", "null")
            if not isinstance(key, Scalar):
                self.fail("WSG113", key, "a key must be text", "Write `key: value`.")
            elif key.kind == "merge" or (key.kind == PLAIN and key.text == "<<"):
                if merged:
                    self.fail("WSG114", key, "a second `<<`", "Merge a list: `<<: [*a, *b]`.")
                merged |= self._merged(value)
            elif key.kind in ("str", PLAIN) and key.text in own:
                first = Note(self.dialect.first_key, self.span(own[key.text].key))
                message, help_text = self.dialect.repeated_key
                self.fail("WSG114", key, message.format(short(key.text)), help_text, first)
            elif key.kind in ("str", PLAIN):
                own[key.text] = Entry(key, value)
            elif key.kind != BROKEN:
                written = written_as(key)
                message = f"a key must be text, and YAML reads {written.shown} as {written.name}"
                fix = quoted(self.source, key)
                self.fail("WSG116", key, message, quote_it(key.text), fix=fix)
        return merged | own if merged else own

    def _merged(self, node: Node) -> dict[str, Entry]:
        """Return what `<<: node` stands for; of several mappings the earlier one wins."""
        result: dict[str, Entry] = {}
        parts: Items[Node] = node.items if isinstance(node, Sequence) else [node]
        for part in parts:
            if isinstance(part, Mapping):
                result = self.entries(part) | result
            elif not (isinstance(part, Scalar) and part.kind == BROKEN):
                message = f"`<<` must be a mapping, not {written_as(part).name}"
                self.fail("WSG113", part, message, "Name an anchor: `<<: *defaults`.")
        return result


def written_as(node: Node) -> Written:
    """Return how a diagnostic speaks of `node`."""
    if isinstance(node, Scalar):
        return Written(node.kind, node.text)
    return Written("a list" if isinstance(node, Sequence) else "a mapping")
