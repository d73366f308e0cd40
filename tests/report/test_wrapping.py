"""Lines for a terminal: whole words, and no line that is too long unless one word is."""

from hypothesis import given
from hypothesis import strategies as st

from wsgen.report.wrapping import columns, wrapped

_WORDS = st.lists(
    st.one_of(
        st.text("abc-/_.:`", min_size=1, max_size=30),
        st.text("表é字", min_size=1, max_size=10),
        st.sampled_from(["\x1b[31merror\x1b[0m", "--all-projects", "$"]),
    ),
    max_size=20,
)


@given(_WORDS, st.integers(0, 6), st.integers(20, 90), st.integers(0, 8))
def test_words_stay_whole_and_lines_short(
    words: list[str], margin: int, width: int, indent: int
) -> None:
    line = " " * margin + " ".join(words)
    lines = wrapped(line, width, indent=indent).split("\n")
    command = words[:1] == ["$"] and len(words) > 1
    for each in lines:
        assert columns(each) <= width or len(each.removesuffix(" \\").split()) <= 1 + command
    assert " ".join(each.removesuffix(" \\") for each in lines).split() == words
    assert wrapped(line, None) == line


def test_continued_lines_are_indented_and_columns_keep_their_gaps() -> None:
    assert wrapped("  name  route  Request -> Update", 24, indent=4) == (
        "  name  route  Request\n      -> Update"
    )
    assert wrapped("    $ mypy 'one path' two/path", 24) == (
        "    $ mypy 'one path' \\\n        two/path"
    )
    assert columns("\x1b[31m表é\x1b[0m") == 3
    assert columns("e\N{COMBINING ACUTE ACCENT}") == 1
