"""The edits of a `ws.yaml` that correct a mistake where there is no doubt what is meant."""

import json
import re

from wsgen.diagnostics import Fix
from wsgen.load.schema import KeyStep, Violation
from wsgen.load.yaml.nodes import Mapping, Node, Scalar
from wsgen.names import mistyped
from wsgen.syntax.text_ranges import SourceText

_WHOLE = re.compile("0|[1-9][0-9]{0,17}")
_TRUE = frozenset({"yes", "on", "y", "true"})


def fix_of(violation: Violation, node: Node, source: SourceText) -> Fix | None:
    """Return the edit of `source` that corrects a `violation` by `node`, None if a person has to decide."""
    if isinstance(node, Mapping):
        is_version = violation.keyword == "required" and violation.missing == "version"
        return _version_before(node, source) if is_version and not violation.path else None
    if not isinstance(node, Scalar):
        return None
    match violation.keyword, violation.rule.get("type"):
        case "additionalProperties", _ if isinstance(violation.path[-1], KeyStep):
            return _respelt_key(violation, node, source)
        case "enum", _ if better := mistyped(node.text, violation.rule["enum"]):
            return _replaced(source, node, better)
        case "type", "string" if node.kind not in ("str", "null") and node.text:
            return None if "x-wsgen-type" in violation.rule else quoted(source, node)
        case "type", "boolean" if node.kind == "bool":
            return _replaced(source, node, str(node.text.lower() in _TRUE).lower())
        case "type", "boolean" if node.kind == "str" and node.text in ("true", "false"):
            return _unquoted(source, node)
        case "type", "integer" if node.kind == "str" and _WHOLE.fullmatch(node.text):
            return _unquoted(source, node)
    return None


def quoted(source: SourceText, node: Scalar) -> Fix | None:
    """Return the edit that puts an unquoted text into quotes; none for one with a tag, say."""
    return _replaced(source, node, json.dumps(node.text, ensure_ascii=False))


def _replaced(source: SourceText, node: Scalar, text: str) -> Fix | None:
    """Return the edit that writes `text` for `node`, if that is a scalar as plain as it looks."""
    if source.text[node.start : node.end] != node.text:
        return None
    return Fix(source.span(node.start, node.end), text)


def _unquoted(source: SourceText, node: Scalar) -> Fix | None:
    written = source.text[node.start : node.end]
    if written not in (f'"{node.text}"', f"'{node.text}'"):
        return None
    return Fix(source.span(node.start, node.end), node.text)


def _respelt_key(violation: Violation, node: Scalar, source: SourceText) -> Fix | None:
    """Return the edit of an unknown key, unless the mapping has the right one too, or another that is as near."""
    known, given = violation.rule["properties"], violation.value
    better = mistyped(node.text, known)
    if better is None or not isinstance(given, dict) or better in given:
        return None
    alike = [key for key in given if key not in known and mistyped(key, known) == better]
    return _replaced(source, node, better) if alike == [node.text] else None


def _version_before(root: Mapping, source: SourceText) -> Fix | None:
    """Return the edit that puts the version above the first key, or into the braces."""
    first = next(iter(root.items), None)
    if first is None:
        return None
    text = source.text
    if text[root.start : root.start + 1] == "{":
        place = source.span(root.start + 1, root.start + 1)
        return Fix(place, "version: 1, ")
    start, end = source.line(first.start)
    indent = text[start : first.start]
    if indent.strip(" "):
        return None
    line_end = "\r\n" if text[start:end].endswith("\r\n") else "\n"
    return Fix(source.span(first.start, first.start), f"version: 1{line_end}{indent}")
