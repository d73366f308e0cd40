"""The validator finds in any document what the walk finds, at the same places; until the walk is removed."""

import json
import re
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.load.test_schema import DOCUMENT, SCHEMA, SOUND, VALUE

from wsgen.diagnostics import Diagnostic
from wsgen.load.yaml.reader import load_yaml
from wsgen.load.yaml.walk import walk_yaml

PATH = Path("/module/ws.yaml")


def places(found: list[Diagnostic]) -> set[tuple[int, int, str]]:
    return {(item.span.line, item.span.column, item.code) for item in found if item.span}


def moved(found: list[Diagnostic]) -> set[tuple[int, int, str]]:
    """Return the places, apart from what the validator places or names better: nulls and numbers below 0."""
    rest = [d for d in found if not d.message.startswith(("`routers` must", "`routers` has"))]
    number = ("WSG113", "WSG115", "WSG124")
    return {(row, column, "" if code in number else code) for row, column, code in places(rest)}


def check(text: str) -> None:
    new: list[Diagnostic] = []
    old: list[Diagnostic] = []
    declared = load_yaml(PATH, text.encode(), "shop.models", new)
    walked = walk_yaml(PATH, text.encode(), "shop.models", old)
    assert moved(new) == moved(old), (new, old)
    if not old:
        assert [r.class_name for r in declared.routers] == [r.class_name for r in walked.routers]
        for one, other in zip(declared.routers, walked.routers, strict=True):
            assert other.spans.items() <= one.spans.items()


@given(DOCUMENT | VALUE)
@settings(max_examples=300)
def test_documents(document: object) -> None:
    text = json.dumps(document, ensure_ascii=False)
    check(
        re.sub("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]", lambda m: f"\\u{ord(m[0]):04x}", text)
    )


@given(st.sampled_from([*SCHEMA["$defs"]["router"]["properties"]]), VALUE)
@settings(max_examples=300)
def test_fields(key: str, value: object) -> None:
    text = json.dumps(
        {"version": 1, "routers": {"BarWsRouter": {**SOUND, key: value}}}, ensure_ascii=False
    )
    check(
        re.sub("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]", lambda m: f"\\u{ord(m[0]):04x}", text)
    )
