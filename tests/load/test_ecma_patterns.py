"""The patterns of the schema mean in Python what they mean in ECMA 262, which JSON Schema names."""

import json
import random
import subprocess
from collections.abc import Iterator
from typing import Any  # a schema is JSON

import pytest
from tests.parts import NODE, require

from wsgen.load.schema import ecma_pattern, schema_text

IN_ECMA = """
const [patterns, texts] = JSON.parse(require("fs").readFileSync(0, "utf-8"));
const found = patterns.map((pattern) => texts.map((text) => new RegExp(pattern, "u").test(text)));
process.stdout.write(JSON.stringify(found));
"""
USABLE = [
    r"^\s$",
    r"^\S$",
    r"^.$",
    r"^\w$",
    r"^\d$",
    r"\bx\b",
    r"^[\s\S]$",
    "a$",
    r"^(?=[ab])(?!ab)\w*$",
]
"""Patterns with all that differs between the two and is translated."""

CHARACTERS = "abxAZ09_-.:/~[]{}|,?# \t\n\r\x0b\x00\x7f\x85\xa0éß٣ſK\u2028\u2029\ufeff\u3000📈"
WORDS = [
    "bars",
    "Bar",
    "/api",
    "..",
    "//",
    "://",
    "list[",
    "class",
    "None",
    "pkg.mod",
    ".py",
    "__",
    "hello",
    "x.update",
]


def patterns(schema: Any) -> Iterator[str]:
    """Yield all patterns of a schema."""
    for key, part in schema.items() if isinstance(schema, dict) else enumerate(schema):
        if key == "pattern" and isinstance(part, str):
            yield part
        elif isinstance(part, dict | list):
            yield from patterns(part)


def texts() -> list[str]:
    chance = random.Random(11)
    made = [
        "".join(chance.choices([*CHARACTERS, *WORDS], k=chance.randrange(5))) for _ in range(3000)
    ]
    return [*CHARACTERS, *WORDS, *(f"{word}\n" for word in WORDS), *made]


def test_python_and_ecma_262_match_the_same_texts() -> None:
    tried = [*dict.fromkeys(patterns(json.loads(schema_text()))), *USABLE]
    node = [require(NODE), "-e", IN_ECMA]
    asked = json.dumps([tried, texts()])
    ended = subprocess.run(
        node, input=asked, capture_output=True, text=True, check=True, timeout=60
    )
    for pattern, found in zip(tried, json.loads(ended.stdout), strict=True):
        compiled = ecma_pattern(pattern)
        assert [compiled.search(text) is not None for text in texts()] == found, pattern
        assert {True, False} <= set(found)


@pytest.mark.parametrize(
    "pattern",
    [r"a\Z", r"\A", "(?P<a>x)", "(?i)x", r"[\S]", "[]", "[^]", r"\p{L}", r"(a)\1", "[a", "(?>x)"],
)
def test_what_only_one_of_them_understands_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="in the pattern"):
        ecma_pattern(pattern)
