"""Text from a spec stays text: whatever it holds, the generated file says the same and does nothing else."""

import ast
import inspect

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wsgen.model import ModuleSpec, RouterSpec, TypeRef
from wsgen.rendering.routers import render_exports, render_router
from wsgen.rendering.text import WIDTH, docstring, literal

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
        assert len(line) <= WIDTH or "# noqa: E501" in source


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
    rendered = render_router(spec, module, origin="ws.yaml", local=(), templates=None)
    wanted = render_router(plain.routers[0], plain, origin="ws.yaml", local=(), templates=None)
    assert shape(rendered) == shape(wanted)
    assert shape(render_exports(module, origin="ws.yaml", templates=None)) == shape(
        render_exports(plain, origin="ws.yaml", templates=None)
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
    text = render_router(spec, module, origin="ws.yaml", local=(), templates=None)
    assert f"from app.models import {name} as {name}2" in text
    assert f"data_type={name}2," in text
