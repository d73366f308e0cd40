"""Text from a spec stays text: whatever it holds, the generated file says the same and does nothing else."""

import ast
import inspect
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wsgen.model import ModuleSpec, RouterSpec, TypeRef
from wsgen.outputs.contract import RenderContext
from wsgen.outputs.python.docstrings import docstring
from wsgen.outputs.python.literals import WIDTH, literal
from wsgen.outputs.python.routers import render_exports, render_router

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
NASTY = st.lists(
    st.sampled_from(
        [
            '"""',
            '"',
            "\\",
            "'''",
            "{{ 1 }}",
            "{% raw %}",
            "\n",
            "\r",
            "\0",
            "\u2028",
            "\t",
            "#",
            "é",
            "🎉",
        ]
    )
    | st.text("abc \\\"'{}%\n", max_size=8)
).map("".join)


@given(NASTY | ANY_TEXT)
@example('ends with "')
@example("ends with \\")
@example('"""')
@example("")
def test_literal_evaluates_to_the_text(text: str) -> None:
    assert ast.literal_eval(literal(text)) == text
    assert (
        literal(text).isprintable() or "\u200d" in text or any(ord(char) > 0x2FF for char in text)
    )


@given(NASTY | ANY_TEXT)
@example('ends with "')
@example("ends with \\")
@example("a\n\n    indented\n  less")
@example("word " * 60)
@example("x" * 300)
def test_docstring_says_the_words_of_the_text(text: str) -> None:
    source = f"def f():\n    {docstring(text, 4)}\n"
    [function] = ast.parse(source).body
    assert isinstance(function, ast.FunctionDef)
    assert len(function.body) == 1
    said = inspect.cleandoc(ast.get_docstring(function) or "")
    assert said.split() == text.split()
    for line in source.splitlines():
        assert len(line) <= WIDTH or len(line.split()) == 1, "what is longer is a single word"


@pytest.mark.parametrize(
    ("text", "made"),
    [
        (r"A path such as C:\temp.", r'r"""A path such as C:\temp."""'),
        (r"Quoted: \"x\".", r'r"""Quoted: \"x\"."""'),
        ("In lines.\n\nC:\\temp", 'r"""In lines.\n\nC:\\temp\n"""'),
        ("x" * 53 + "\n\n\\", 'r"""' + "x" * 53 + '\n\n\\\n"""'),
        ("x" * 57 + "\n\n\\", 'r"""\n' + "x" * 57 + '\n\n\\\n"""'),
        ("Ends with \\", '"""Ends with \\\\"""'),
        ("A \\ and a \x07.", '"""A \\\\ and a \\x07."""'),
        ('A \\ and """.', '"""A \\\\ and \\"\\"\\"."""'),
    ],
)
def test_a_docstring_is_raw_where_that_says_the_same(text: str, made: str) -> None:
    assert docstring(text) == made
    assert ast.literal_eval(made).split() == text.split()


def value(text: str) -> str:
    """Return what Python's help shows of a docstring made of `text`."""
    return inspect.cleandoc(ast.literal_eval(docstring(text, 4)))


KEPT = """\
| symbol | what it means, in words that are too many for a line of the generated file |
|--------|-----------------------------------------------------------------------------|
| EURUSD | the price of a euro in dollars                                              |

```python
async for update in client.bars(symbol="EURUSD"):  # as many words as are needed here
    print(update)

    print("C:\\new")
```

# A heading, which is one line in Markdown however many words it may happen to have

    code that is indented by four spaces, with a line that is longer than a docstring's

Left  | Right
------|------
one   | two

name       value
=====      =====

[docs]: https://example.com/a/path/that/is/rather/long/and/goes/on/for/quite/a/while "Docs"
"""


def test_tables_fences_code_and_headings_keep_their_lines() -> None:
    assert value(f"Bars.\n\n{KEPT}") == f"Bars.\n\n{KEPT}".strip()


def test_paragraphs_are_filled_and_lists_keep_their_items() -> None:
    text = """\
A client that
falls behind gets only the
newest quote,
and no other.

1. The first item has enough words for a second line, of course.
   - A nested one
     goes on here.
2. The second.

   It has a paragraph of its own, which stays in it and is filled.

A sum such as 1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9 - 10 - 11 begins no list.
Two lines  
stay two.
"""  # noqa: W291
    assert value(text).splitlines() == [
        "A client that falls behind gets only the newest",
        "quote, and no other.",
        "",
        "1. The first item has enough words for a second line, of",
        "   course.",
        "   - A nested one goes on here.",
        "2. The second.",
        "",
        "   It has a paragraph of its own, which stays in it and",
        "   is filled.",
        "",
        "A sum such as 1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 9 - 10 -",
        "11 begins no list. Two lines",
        "stay two.",
    ]


def test_a_dash_at_the_end_of_a_line_does_not_begin_a_list_in_the_next() -> None:
    filled = value("x\n\n" + "word " * 10 + "words - and more words").splitlines()
    assert filled[2:] == ["word " * 9 + "word", "words - and more words"]


@pytest.mark.parametrize("text", ['"""', '\\"""', 'Say """', '"' * 6])
def test_a_docstring_does_not_end_with_an_escaped_quote(text: str) -> None:
    """Where ruff's D200 joins the lines, black puts a space behind such a quote, and ruff format does not."""
    written = docstring(text, 4)
    assert ast.literal_eval(written) == text
    assert written.endswith('\\x22"""')


def test_a_text_is_not_wrapped_by_the_length_that_it_has_before_it_is_escaped() -> None:
    source = docstring("\\" * 20 + " " + "\\" * 20 + "\n\n" + '""" ' * 20, 4)
    assert max(map(len, source.splitlines())) <= WIDTH


@pytest.mark.parametrize(
    "text", ["\n".join(["| a | b |"] * 5000), "- " * 9000, "a\n" * 9000, "|-" * 9000]
)
def test_a_long_text_takes_no_quadratic_time(text: str) -> None:
    count = 0

    def counted(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(counted)
    try:
        docstring(text, 4)
    finally:
        sys.setprofile(None)
    assert count < 40 * len(text)


def router(**fields: object) -> RouterSpec:
    values: dict[str, object] = {
        "class_name": "BarWsRouter",
        "route": "bars",
        "request": TypeRef(module="builtins", name="object"),
        "data": TypeRef(name="int"),
        **fields,
    }
    return RouterSpec.model_validate(values)


@given(
    summary=NASTY | ANY_TEXT,
    description=NASTY | ANY_TEXT,
    tags=st.lists(NASTY | ANY_TEXT, max_size=3),
)
def test_no_text_becomes_code(summary: str, description: str, tags: list[str]) -> None:
    spec = router(summary=summary, description=description, tags=tuple(tags))
    module = ModuleSpec(name="m", endpoint="/m/ws", description=description, routers=(spec,))
    plain = ModuleSpec(name="m", endpoint="/m/ws", routers=(router(),))
    rendered = render_router(spec, module, RenderContext("ws.yaml"))
    wanted = render_router(plain.routers[0], plain, RenderContext("ws.yaml"))
    assert shape(rendered) == shape(wanted)
    assert shape(render_exports(module, RenderContext("ws.yaml"))) == shape(
        render_exports(plain, RenderContext("ws.yaml"))
    )
    namespace: dict[str, object] = {"__name__": "m"}
    exec(compile(rendered, "router", "exec"), namespace)
    made = namespace["BarWsRouter"]
    assert isinstance(made, type)
    assert inspect.signature(made).parameters["tags"].default == tuple(tags)


def shape(source: str) -> list[str]:
    """Return the kinds of all syntax nodes, with tags and docstrings left out."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple):
            node.elts = []
    return [type(node).__name__ for node in ast.walk(tree)]


@pytest.mark.parametrize("name", ["WsRouter", "Delivery", "Sequence"])
def test_types_called_like_the_template_s_own_names_are_renamed(name: str) -> None:
    spec = router(
        data=TypeRef(module="app.models", name=name), request=TypeRef(module="app.models", name="R")
    )
    module = ModuleSpec(name="m", endpoint="/m/ws", routers=(spec,))
    text = render_router(spec, module, RenderContext("ws.yaml"))
    assert f"from app.models import {name} as {name}2" in text
    assert f"data_type={name}2," in text
