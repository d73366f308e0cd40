"""`examples:` of a router: nodes -> requests and data as JSON text, each value's place kept for later checks."""

import json
import math
import re

from wsgen.diagnostics import Span
from wsgen.load.naming import check_summary
from wsgen.load.yaml.fields import Entry, FieldReader, misspelt
from wsgen.load.yaml.nodes import BROKEN, Mapping, Node, Scalar, Sequence
from wsgen.model import Example

EXAMPLE_KEYS = ("name", "summary", "request", "data")
MAX_EXAMPLES = 20

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,99})")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_ADVICE = "Write a list of them: `- request: {symbol: AAPL}`."


def read_examples(
    reader: FieldReader, entry: Entry | None
) -> tuple[tuple[Example, ...], dict[str, Span]]:
    """Return the examples of a router, and where each value of them stands: `examples.0.request.symbol`."""
    if entry is None:
        return (), {}
    if not isinstance(entry.value, Sequence):
        reader.wrong_type(entry.value, "`examples`", "a list", _ADVICE)
        return (), {}
    items = entry.value.items
    if len(items) > MAX_EXAMPLES:
        reader.fail("WSG123", entry.key, f"{len(items)} examples", f"Use at most {MAX_EXAMPLES}.")
    values = _Values(reader)
    found = [values.example(item, f"examples.{index}") for index, item in enumerate(items)]
    return tuple(example for example in found if example is not None), values.places


class _Values:
    """Turns nodes into JSON values and remembers their places."""

    def __init__(self, reader: FieldReader) -> None:
        self.reader = reader
        self.places: dict[str, Span] = {}

    def example(self, node: Node, place: str) -> Example | None:
        reader = self.reader
        if not isinstance(node, Mapping):
            reader.wrong_type(node, "an example", "a mapping", _ADVICE)
            return None
        fields = reader.entries(node, "an example", EXAMPLE_KEYS)
        self.places[place] = reader.span(node)
        if "request" not in fields:
            at = Scalar(node.start, node.start + 1, "", "str")
            advice = "Add `request:`, what a client sends; `data:` is what it may get."
            if not misspelt("request", fields, EXAMPLE_KEYS):
                reader.fail("WSG112", at, "`request` is missing in an example", advice)
            return None
        data = fields.get("data")
        return Example(
            name=(reader.text(fields.get("name"), check_summary) or "").strip(),
            summary=(reader.text(fields.get("summary"), check_summary) or "").strip(),
            request=self.text(fields["request"], f"{place}.request"),
            data=self.text(data, f"{place}.data") if data is not None else None,
        )

    def text(self, entry: Entry, place: str) -> str:
        return json.dumps(self.value(entry.value, place), ensure_ascii=False)

    def value(self, node: Node, place: str) -> object:
        self.places[place] = self.reader.span(node)
        if isinstance(node, Mapping):
            fields = self.reader.entries(node, "an example", None)
            return {key: self.value(item.value, f"{place}.{key}") for key, item in fields.items()}
        if isinstance(node, Sequence):
            return [self.value(item, f"{place}.{index}") for index, item in enumerate(node.items)]
        return self.scalar(node)

    def scalar(self, node: Scalar) -> object:
        if node.kind == "str":
            return node.text
        if node.kind == "null":
            return None
        if node.kind == "bool" and node.text.lower() in ("true", "false"):
            return node.text.lower() == "true"
        if node.kind == "int" and _INTEGER.fullmatch(node.text):
            return int(node.text)
        if node.kind == "float" and _FLOAT.fullmatch(node.text) and math.isfinite(float(node.text)):
            return float(node.text)
        if node.kind != BROKEN:
            shown = node.text if len(node.text) <= 40 else f"{node.text[:40]}..."
            advice = f'Quote it if it is a text: "{shown}".'
            if node.kind in ("int", "float"):
                advice += " Write a number as JSON does: 10, 0.5, 1e3."
            message = f"`{shown}` is no JSON value: readers of YAML disagree about it"
            self.reader.fail("WSG128", node, message, advice)
        return None
