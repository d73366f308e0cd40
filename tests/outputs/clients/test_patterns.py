"""Patterns of pydantic in JavaScript."""

import pytest

from wsgen.outputs.clients.typescript.patterns import javascript_pattern

WORD = r"\p{L}\p{M}\p{N}\p{Pc}\p{Alphabetic}\p{Join_Control}"


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"^[A-Z]{1,5}$", r"^[A-Z]{1,5}$"),
        (r"\A\d+\Z", r"^\p{Nd}+$"),
        (r"\D\w", rf"\P{{Nd}}[{WORD}]"),
        (r"[^\d-]", r"[^\p{Nd}\-]"),
        (r"[\w.+-]+@", rf"[{WORD}.+\-]+@"),
        (r"a\s?", r"a[\s\x1c-\x1f\x85]?"),
        (r"(?P<n>a|b)?(c)(?:d)", r"(?:a|b)?(c)(?:d)"),
        ("[]a]", r"[\]a]"),
        (r"/a\/b", r"\/a\/b"),
        ("é\n*", r"\u{e9}\u{a}*"),
        (r"\x41[\x00-\x1f]}", r"A[\u{0}-\u{1f}]\}"),
        (".", r"[^\n]"),
        ("", ""),
    ],
)
def test_a_pattern_is_translated(pattern: str, expected: str) -> None:
    assert javascript_pattern(pattern) == expected


@pytest.mark.parametrize(
    "pattern",
    [
        *("(?=a)", "(?!a)", "(?<=a)", "(?i)a", r"\bfoo", r"(a)\1", r"\p{L}", r"[^\w]", r"\W"),
        *("a**", "a++", "*", "^*", "(*)", "a{2,1}", "a{,3}", "a{", "(a", "a)", "[", "[]", "[^]"),
        *("[a&&b]", "[a--b]", "[[:alpha:]]", "[b-a]", r"[a-\d]", "\\", r"\<", r"\Q", "a" * 2000),
    ],
)
def test_what_engines_read_differently_is_not(pattern: str) -> None:
    assert javascript_pattern(pattern) is None
