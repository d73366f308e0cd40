"""Read YAML or JSON into a document that knows the position of each value.

ws.yaml has a reader of its own, because its users need something else. That reader refuses everything that YAML
readers disagree about, and reports all mistakes at once. AsyncAPI documents are written in YAML 1.2, as other
tools read it, and may have up to 16 MiB and a million values.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from wsgen.asyncapi.validation.reference_targets import Key, Route, Targets
from wsgen.diagnostics import Diagnostic, Note, Span

MAX_BYTES = 16 << 20
_MAX_DEPTH = 100
_MAX_VALUES = 1_000_000
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SURROGATES = re.compile(r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")


class UnreadableDocumentError(Exception):
    """The text is not a document; `diagnostic` says why."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


@dataclass(frozen=True, slots=True)
class AsyncApiDocument:
    """A document: its plain value and, by route, the spans of keys and values.

    `diagnostics` are the problems of a text that could be read nevertheless: duplicate keys.
    """

    path: Path
    value: Any  # any JSON value
    keys: Mapping[Route, Span]
    values: Mapping[Route, Span]
    diagnostics: tuple[Diagnostic, ...] = ()
    targets: Targets = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "targets", Targets(self.value))

    def key_span(self, route: Route) -> Span:
        """Return the position of the key of the value at `route`, or of the nearest value around it."""
        while route not in self.keys:
            if route in self.values and route and isinstance(route[-1], int):
                return self.values[route]
            if not route:
                return Span(self.path, 1, 1, 1, 1)
            route = route[:-1]
        return self.keys[route]

    def value_span(self, route: Route) -> Span:
        """Return the position of the value at `route`; for a mapping or list, that of its key."""
        span = self.values.get(route)
        # A block starts at its first key, which says less than the key that the block belongs to.
        is_block = span is None or (span.end_line, span.end_column) == (span.line, span.column)
        if span is None or is_block or span.end_line != span.line or not route:
            return self.key_span(route)
        return span


def read_document(path: Path, data: bytes) -> AsyncApiDocument:
    """Return the document in `data`; raises UnreadableDocumentError."""
    start = Span(path, 1, 1, 1, 1)
    if len(data) > MAX_BYTES:
        raise _unreadable("the file is larger than 16 MiB", start, "Split the document.")
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise _unreadable("the file is not UTF-8", start, "Save the file as UTF-8.") from error
    # JSON writes a character outside of the BMP as two surrogates, which YAML refuses.
    text = _SURROGATES.sub(_joined, text)
    try:
        return _EventReader(path).read(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        if mark is not None:
            start = Span(path, mark.line + 1, mark.column + 1, mark.line + 1, mark.column + 2)
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        help_text = "Correct the syntax at the place shown."
        raise _unreadable(
            f"the text is not valid YAML or JSON: {problem}", start, help_text
        ) from error


def _joined(match: re.Match[str]) -> str:
    high, low = int(match[1], 16), int(match[2], 16)
    return f"\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08X}"


def _unreadable(message: str, span: Span, help_text: str) -> UnreadableDocumentError:
    return UnreadableDocumentError(Diagnostic("WSG600", message, span, help=help_text))


@dataclass(slots=True)
class _Open:
    """A mapping or list that is being read."""

    value: dict[str, object] | list[object]
    route: Route
    span: Span
    anchor: str | None
    key: str | None = None
    merged: list[object] = field(default_factory=list)
    size: int = 1


class _EventReader:
    """Builds the value from YAML events with its own stack, so that no nesting can exhaust Python's."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.keys: dict[Route, Span] = {}
        self.values: dict[Route, Span] = {}
        self.found: list[Diagnostic] = []
        self.stack: list[_Open] = []
        self.anchors: dict[str, tuple[object, int]] = {}
        self.root: object = None
        self.total = 0

    def read(self, text: str) -> AsyncApiDocument:
        documents = 0
        for event in yaml.parse(text, Loader=_LOADER):
            span = self.span(event)
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    help_text = "Keep one document in a file."
                    raise _unreadable("a second document starts here", span, help_text)
            elif isinstance(event, yaml.ScalarEvent):
                self.scalar(event, span)
            elif isinstance(event, yaml.AliasEvent):
                self.alias(event, span)
            elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                self.start(event, span)
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                self.end()
        if not documents:
            raise _unreadable("the file is empty", Span(self.path, 1, 1, 1, 1), "Write a document.")
        return AsyncApiDocument(self.path, self.root, self.keys, self.values, tuple(self.found))

    def scalar(self, event: yaml.ScalarEvent, span: Span) -> None:
        value = _resolve(event.value) if event.implicit[0] and event.tag is None else event.value
        top = self.stack[-1] if self.stack else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            self.name(top, event.value, span)
            return
        if event.anchor:
            self.anchors[event.anchor] = (value, 1)
        self.place(value, span, 1)

    def name(self, top: _Open, key: str, span: Span) -> None:
        route = (*top.route, key)
        if isinstance(top.value, dict) and key in top.value and key != "<<":
            help_text = "Keep one of them; readers disagree about which one counts."
            note = Note("first defined", self.keys[route])
            message = f"the key `{key}` is repeated"
            self.found.append(
                Diagnostic("WSG602", message, span, help=help_text, notes=(note,)),
            )
        self.keys[route] = span
        top.key = key

    def alias(self, event: yaml.AliasEvent, span: Span) -> None:
        if event.anchor not in self.anchors:
            message = f"there is no finished anchor `{event.anchor}` before this alias"
            raise _unreadable(message, span, "Define it further up.")
        value, size = self.anchors[event.anchor]
        self.place(value, span, size)

    def start(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent, span: Span) -> None:
        if len(self.stack) >= _MAX_DEPTH:
            raise _unreadable(
                f"values are nested more than {_MAX_DEPTH} levels deep", span, "Flatten them."
            )
        value: dict[str, object] | list[object]
        value = {} if isinstance(event, yaml.MappingStartEvent) else []
        if self.stack and isinstance(self.stack[-1].value, dict) and self.stack[-1].key is None:
            raise _unreadable("a key must be a text", span, "Write the key as one word.")
        self.stack.append(_Open(value, self.route(), span, event.anchor))

    def end(self) -> None:
        done = self.stack.pop()
        value = done.value
        if isinstance(value, dict):
            for merged in done.merged:
                for item in merged if isinstance(merged, list) else [merged]:
                    if isinstance(item, dict):
                        value = {**item, **value}
        done.value = value
        if done.anchor:
            self.anchors[done.anchor] = (done.value, done.size)
        self.place(done.value, done.span, done.size)

    def place(self, value: object, span: Span, size: int) -> None:
        self.values[self.route()] = span
        self.total += max(1, size)
        if self.total > _MAX_VALUES:
            raise _unreadable("too many values with aliases expanded", span, "Write it out.")
        if not self.stack:
            self.root = value
            return
        top = self.stack[-1]
        top.size += size
        if isinstance(top.value, list):
            top.value.append(value)
        elif top.key is not None:
            if top.key == "<<":
                top.merged.append(value)
            else:
                top.value[top.key] = value
            top.key = None

    def route(self) -> Route:
        if not self.stack:
            return ()
        top = self.stack[-1]
        key: Key = len(top.value) if isinstance(top.value, list) else top.key or ""
        return (*top.route, key)

    def span(self, event: yaml.Event) -> Span:
        start, end = event.start_mark, event.end_mark
        if start is None or end is None:
            return Span(self.path, 1, 1, 1, 1)
        return Span(self.path, start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def _resolve(text: str) -> object:
    """Return a plain scalar's value by the rules of YAML 1.2, where `on` and `2024-01-01` are texts."""
    for pattern, read in _CORE:
        if pattern.fullmatch(text):
            return read(text)
    return text


def _integer(text: str) -> object:
    return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10)) if len(text) < 400 else text


_CORE: tuple[tuple[re.Pattern[str], Callable[[str], object]], ...] = (
    (re.compile(r"|~|null|Null|NULL"), lambda _: None),
    (re.compile(r"true|True|TRUE|false|False|FALSE"), lambda text: text[0] in "tT"),
    (re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"), _integer),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"), float),
)
