"""One field's value at a time: nodes -> values, each mistake a finding with the next step."""

import re
from collections.abc import Callable
from collections.abc import Mapping as Values
from typing import NamedTuple, TypeVar

from wsgen.diagnostics import Diagnostic, Note, Span
from wsgen.load.naming import MAX_TAGS, Problem, advise, check_scheme, check_tag
from wsgen.load.sourcetext import SourceText, UnreadableError
from wsgen.load.types.grammar import TypeNode, parse_type
from wsgen.load.yaml.nodes import BROKEN, Mapping, Node, Scalar, Sequence
from wsgen.model import TypeRef
from wsgen.names import nearest

_T = TypeVar("_T")
_KINDS = {
    "bool": "true or false",
    "float": "a number",
    "int": "a number",
    "merge": "a merge key",
    "null": "nothing",
    "str": "text",
    "timestamp": "a date",
}
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,17}")


class Entry(NamedTuple):
    """A key of a mapping and its value."""

    key: Scalar
    value: Node


class FieldReader:
    """Reads values of one file; what is wrong goes to `found`, and the reader's answer is None."""

    def __init__(self, source: SourceText, found: list[Diagnostic]) -> None:
        self.source = source
        self.found = found
        self.reported: set[tuple[str, int]] = set()

    def span(self, node: Node) -> Span:
        """Return the place of `node`, as far as its first line."""
        return self.source.span(node.start, max(node.end, node.start + 1))

    def fail(self, code: str, node: Node, message: str, advice: str, *notes: Note) -> None:
        """Report what is wrong with `node`, once however many aliases and merge keys lead to it."""
        if (code, node.start) in self.reported:
            return
        self.reported.add((code, node.start))
        self.found.append(Diagnostic(code, message, self.span(node), help=advice, notes=notes))

    def entries(self, node: Node, name: str, known: tuple[str, ...] | None) -> dict[str, Entry]:
        """Return the entries of mapping `node`, merge keys resolved; `known` None allows any key."""
        if not isinstance(node, Mapping):
            self.wrong_type(node, name, "a mapping", "Write `key: value` lines, indented below it.")
            return {}
        own: dict[str, Entry] = {}
        merged: dict[str, Entry] = {}
        for key, given in node.pairs:
            value = given
            if isinstance(given, Scalar) and given.kind == "null" and not given.text:
                # Nothing is written there: the key is what can be pointed at.
                value = Scalar(key.start, key.end, "", "null")
            if not isinstance(key, Scalar):
                self.fail("WSG113", key, "a key must be text", "Write `key: value`.")
            elif key.kind == "merge":
                if merged:
                    self.fail("WSG114", key, "a second `<<`", "Merge a list: `<<: [*a, *b]`.")
                merged |= self.merge(value, known)
            elif key.kind == BROKEN:
                continue
            elif key.kind != "str":
                self.surprise(key, "a key")
            elif key.text in own:
                first = Note("first here", self.span(own[key.text].key))
                message = f"key `{key.text}` stands here twice"
                self.fail("WSG114", key, message, "Keep one of the two.", first)
            else:
                own[key.text] = Entry(key, value)
                if known is not None and key.text not in known:
                    message = f"unknown key `{_short(key.text)}` in {name}"
                    self.fail("WSG111", key, message, advise(key.text, known))
        return merged | own

    def merge(self, node: Node, known: tuple[str, ...] | None) -> dict[str, Entry]:
        """Return what `<<: node` stands for; of several mappings the earlier one wins."""
        result: dict[str, Entry] = {}
        for part in node.items if isinstance(node, Sequence) else [node]:
            if isinstance(part, Mapping):
                result = self.entries(part, "a merged mapping", known) | result
            else:
                self.wrong_type(part, "`<<`", "a mapping", "Name an anchor: `<<: *defaults`.")
        return result

    def text(self, entry: Entry | None, check: Callable[[str], Problem | None]) -> str | None:
        """Return the text of a field that passes `check`."""
        if entry is None:
            return None
        value = self.scalar(entry.value, f"`{entry.key.text}`")
        if value is None:
            return None
        if problem := check(value.text):
            code, message, advice = problem
            self.fail(code, value, message, advice)
            return None
        return value.text

    def scalar(self, node: Node, name: str) -> Scalar | None:
        """Return `node` if it is a text."""
        if not isinstance(node, Scalar):
            self.wrong_type(node, name, "text", f"Write one value for {name}.")
        elif node.kind == "null" and not node.text:
            self.fail("WSG113", node, f"{name} has no value", "Give it one, or remove the key.")
        elif node.kind == "str":
            return node
        elif node.kind != BROKEN:
            self.surprise(node, name)
        return None

    def boolean(self, entry: Entry | None) -> bool | None:
        """Return the value of a field that is `true` or `false`."""
        if entry is None:
            return None
        node = entry.value
        if isinstance(node, Scalar):
            if node.kind == "bool" and node.text.lower() in ("true", "false"):
                return node.text.lower() == "true"
            if node.kind == "bool":
                message = f"`{entry.key.text}: {node.text}` is text to other readers of YAML"
                advice = f"Write `{entry.key.text}: true` or `{entry.key.text}: false`."
                self.fail("WSG113", node, message, advice)
                return None
            if node.text in ("true", "false"):
                message = f"`{entry.key.text}` must be true or false, not text"
                self.fail("WSG113", node, message, "Remove the quotes.")
                return None
        advice = f"Write `{entry.key.text}: true`, or remove the key."
        self.wrong_type(node, f"`{entry.key.text}`", "true or false", advice)
        return None

    def integer(self, entry: Entry, example: int) -> int | None:
        """Return the value of a field that is a plain decimal number, such as `example`."""
        node = entry.value
        if isinstance(node, Scalar):
            if node.kind == "int" and _DECIMAL.fullmatch(node.text):
                return int(node.text)
            if node.kind == BROKEN:
                return None
            if node.kind in ("int", "float"):
                message = f"`{entry.key.text}` is a whole number, not `{_short(node.text)}`"
                advice = f"Write it with plain digits: `{entry.key.text}: {example}`."
                self.fail("WSG113", node, message, advice)
                return None
        quoted = isinstance(node, Scalar) and _DECIMAL.fullmatch(node.text)
        advice = "Remove the quotes." if quoted else f"Write `{entry.key.text}: {example}`."
        self.wrong_type(node, f"`{entry.key.text}`", "a number", advice)
        return None

    def tags(self, entry: Entry | None) -> tuple[str, ...] | None:
        """Return the tags of a field that is a list of them."""
        return self._names(entry, "tag", "charts", check_tag)

    def security(self, entry: Entry | None) -> tuple[str, ...] | None:
        """Return the names of security schemes of a field that is a list of them."""
        return self._names(entry, "scheme", "token", check_scheme)

    def _names(
        self, entry: Entry | None, noun: str, example: str, check: Callable[[str], Problem | None]
    ) -> tuple[str, ...] | None:
        if entry is None:
            return None
        if not isinstance(entry.value, Sequence):
            advice = f"Write `{entry.key.text}: [{example}]`."
            self.wrong_type(entry.value, f"`{entry.key.text}`", "a list", advice)
            return None
        names: dict[str, Scalar] = {}
        for item in entry.value.items:
            if (name := self.scalar(item, f"a {noun}")) is None:
                continue
            if problem := check(name.text):
                self.fail(problem[0], name, problem[1], problem[2])
                continue
            if name.text in names:
                first = Note("first here", self.span(names[name.text]))
                message = f"{noun} `{name.text}` stands here twice"
                self.fail("WSG123", name, message, "Keep one of the two.", first)
            names.setdefault(name.text, name)
        if len(names) > MAX_TAGS:
            advice = f"Use at most {MAX_TAGS}."
            self.fail("WSG123", entry.key, f"{len(names)} {noun}s", advice)
        return tuple(names)

    def type(
        self, entry: Entry | None, models: str | None, check: Callable[[TypeNode], TypeRef]
    ) -> TypeRef | None:
        """Return the type that a field's expression names."""
        if entry is None or (value := self._type_text(entry)) is None:
            return None
        inner = self.source.within(value.text, value.start, value.end)

        def at(start: int, end: int) -> Span:
            if inner is None:
                return self.span(value)
            return self.source.span(inner + start, inner + end)

        try:
            return check(parse_type(value.text, models, at))
        except UnreadableError as error:
            self.found.extend(error.diagnostics)
            return None

    def _type_text(self, entry: Entry) -> Scalar | None:
        if isinstance(entry.value, Sequence):
            message = f"`{entry.key.text}` must be a type, not a list"
            self.fail("WSG113", entry.value, message, "Write `list[Bar]` for a list of bars.")
            return None
        if isinstance(entry.value, Scalar) and entry.value.kind == "str":
            return entry.value
        self.wrong_type(entry.value, f"`{entry.key.text}`", "a type", "Name a model: `Bar`.")
        return None

    def choice(self, entry: Entry | None, values: Values[str, _T]) -> _T | None:
        """Return the member of `values` that a field names."""
        if entry is None or (node := self.scalar(entry.value, f"`{entry.key.text}`")) is None:
            return None
        if node.text not in values:
            message = f"unknown `{entry.key.text}`: `{_short(node.text)}`"
            self.fail("WSG124", node, message, advise(node.text, tuple(values)))
        return values.get(node.text)

    def wrong_type(self, node: Node, name: str, wanted: str, advice: str) -> None:
        """Report that `node` is not `wanted`."""
        if isinstance(node, Scalar):
            if node.kind == BROKEN:
                return
            found = _KINDS.get(node.kind, node.kind)
        else:
            found = "a list" if isinstance(node, Sequence) else "a mapping"
        self.fail("WSG113", node, f"{name} must be {wanted}, not {found}", advice)

    def surprise(self, node: Scalar, name: str) -> None:
        """Report an unquoted value that YAML reads as something else than text."""
        kind = _KINDS.get(node.kind, node.kind)
        advice = f'Quote it: "{_short(node.text)}".'
        shown = f"`{_short(node.text)}`"
        message = f"{name} must be text, and YAML reads {shown} as {kind}"
        self.fail("WSG116", node, message, advice)


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}..."


def misspelt(key: str, given: Values[str, Entry], known: tuple[str, ...]) -> bool:
    """Return whether an unknown key of `given` is nearly `key`, so that its own finding says what to write."""
    return any(nearest(name, known) == key for name in given if name not in known)
