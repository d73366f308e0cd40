"""Texts that are made of regular expressions match them, whatever the expression."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import SchemaValidator
from pydantic_core.core_schema import str_schema

from wsgen_runtime.documents.pattern_texts import texts_of

ATOMS = st.sampled_from(
    ["a", "-", r"\d", r"\D", r"\w", r"\W", r"\s", r"\S", ".", "[a-f]", "[^a]", "[^aA1]", r"[^\w-]"]
)
COUNTS = st.sampled_from(["", "?", "*", "+", "{2}", "{0,3}", "{2,}", "+?"])


def joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return patterns that are made of others."""
    grouped = st.tuples(inner, COUNTS).map(lambda parts: f"(?:{parts[0]}){parts[1]}")
    either = st.tuples(inner, inner).map(lambda parts: f"({parts[0]}|{parts[1]})")
    return st.lists(grouped | either, min_size=1, max_size=3).map("".join)


@given(st.recursive(ATOMS, joined, max_leaves=8))
def test_each_text_matches(pattern: str) -> None:
    texts = list(texts_of(pattern))
    assert texts
    # pydantic's own engine, which takes no longer for some patterns than for others.
    validator = SchemaValidator(str_schema(pattern=f"^(?:{pattern})$"))
    assert all(validator.isinstance_python(text) for text in texts)
    assert [*map(len, texts)] == sorted({*map(len, texts)})


@pytest.mark.parametrize(
    "pattern",
    [
        "(",
        "a{70}",
        "a{40}b{40}",
        r"(a)\1",
        "(?=a)a",
        "(" * 2000 + ")" * 2000,
        "((a{60}){60}){60}",
        r"[^\w\W]",
    ],
)
def test_nothing_is_made_of_others(pattern: str) -> None:
    assert list(texts_of(pattern)) == []
