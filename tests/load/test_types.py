"""Type expressions: what is written is what is meant, and nothing else is accepted."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.load.conftest import Load

from wsgen.diagnostics import Span
from wsgen.load.sourcetext import UnreadableError
from wsgen.load.types.grammar import parse_type
from wsgen.load.types.rules import data_type, request_type, shown
from wsgen.model import TypeRef


def at(start: int, end: int) -> Span:
    return Span(Path("/ws.yaml"), 1, start + 1, 1, end + 1)


def parsed(text: str, models: str | None = "shop.models") -> TypeRef:
    return data_type(parse_type(text, models, at))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Bar", "shop.models:Bar"),
        ("pkg.mod:Bar", "pkg.mod:Bar"),
        ("pkg:Bar", "pkg:Bar"),
        ("pkg.mod:Outer.Inner", "pkg.mod:Outer.Inner"),
        ("pkg.mod.Bar", "pkg.mod:Bar"),
        ("pkg.mod.bar", "pkg.mod:bar"),
        ("list[Bar]", "list[shop.models:Bar]"),
        (" list [ Bar ] ", "list[shop.models:Bar]"),
        ("dict[str,Bar]", "dict[str, shop.models:Bar]"),
        ("dict[Side, Bar]", "dict[shop.models:Side, shop.models:Bar]"),
        ("Bar|Quote|None", "shop.models:Bar | shop.models:Quote | None"),
        ("None | Bar", "None | shop.models:Bar"),
        ("Bar | Bar", "shop.models:Bar"),
        ("Page[Bar]", "shop.models:Page[shop.models:Bar]"),
        ("a.b:Page[list[Bar | None]]", "a.b:Page[list[shop.models:Bar | None]]"),
        ("tuple[int, str, Bar]", "tuple[int, str, shop.models:Bar]"),
        ("typing.Optional[Bar]", "shop.models:Bar | None"),
        ("typing:Union[Bar, int]", "shop.models:Bar | int"),
        ("frozenset[str]", "frozenset[str]"),
        ("match", "shop.models:match"),
        ("bytes", "bytes"),
    ],
)
def test_expressions_are_read(written: str, meant: str) -> None:
    assert str(parsed(written)) == meant


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "WSG300"),
        ("Bar,", "WSG300"),
        ("Bar | ", "WSG300"),
        ("| Bar", "WSG300"),
        ("list[]", "WSG300"),
        ("list[Bar,]", "WSG300"),
        ("Bar Quote", "WSG300"),
        ("Bar.", "WSG300"),
        ("pkg..Bar", "WSG300"),
        (":Bar", "WSG300"),
        ("pkg:", "WSG300"),
        ("Bar[", "WSG300"),
        ("lambda: 0", "WSG300"),
        ("True", "WSG300"),
        ("Bar\n", "WSG300"),
        ("list[Bar][Bar]", "WSG300"),
        ("(Bar)", "WSG300"),
        ("*", "WSG300"),
        ("Bar if x else Quote", "WSG300"),
        ("None[Bar]", "WSG303"),
        ("dict[str]", "WSG303"),
        ("set", "WSG303"),
        ("dict[float, Bar]", "WSG304"),
        ("set[dict[str, Bar]]", "WSG304"),
        ("Callable", "WSG305"),
        ("typing.Any", "WSG305"),
        ("list[None]", "WSG308"),
        ("tuple[" + ", ".join(["int"] * 70) + "]", "WSG303"),
        ("Bar" * 200, "WSG306"),
        ("Outer.Inner", "WSG307"),
    ],
)
def test_anything_else_is_refused(written: str, code: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        parsed(written)
    (found,) = caught.value.diagnostics
    assert found.code == code
    assert found.help


@pytest.mark.parametrize("written", ["list[Bar]", "Bar | None", "Page[Bar]", "str", "None"])
def test_a_request_is_one_model(written: str) -> None:
    with pytest.raises(UnreadableError):
        request_type(parse_type(written, "shop.models", at))


NAME = st.sampled_from(["Bar", "Quote", "pkg.mod:Bar", "pkg.mod:Outer.Inner", "int", "str"])
EXPRESSION = st.recursive(
    NAME,
    lambda inner: st.one_of(
        inner.map(lambda text: f"list[{text}]"),
        inner.map(lambda text: f"dict[str, {text}]"),
        st.tuples(NAME, inner).map(lambda pair: f"tuple[{pair[0]}, {pair[1]}]"),
        inner.map(lambda text: f"Page[{text}]"),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: " | ".join([*parts, "None"])),
    ),
    max_leaves=4,
)


@given(EXPRESSION)
def test_what_is_shown_in_full_reads_back_as_the_same(text: str) -> None:
    try:
        ref = parsed(text)
    except UnreadableError:
        return
    assert parsed(str(ref), models=None) == ref
    assert shown(ref)


@given(st.text("Bar.:[]|, lis\"'()0\n", max_size=40) | EXPRESSION.map(lambda text: text[:-1]))
def test_no_text_breaks_the_grammar(text: str) -> None:
    try:
        ref = parsed(text)
    except UnreadableError as error:
        (found,) = error.diagnostics
        assert found.span is not None
        assert 1 <= found.span.column <= len(text) + 1
    else:
        assert parsed(str(ref)) == ref


@pytest.mark.parametrize("name", ["Set", "Final", "List", "Type"])
def test_help_for_a_name_of_typing_says_how_to_name_a_class_of_ones_own(
    load: Load, name: str
) -> None:
    [wrong] = load(
        f"version: 1\nrouters:\n  XWsRouter: {{request: 'm:Q', data: {name}}}\n",
        models="app.models",
    ).diagnostics
    assert (wrong.code, wrong.help is None) == ("WSG305", False)
    assert f"or `app.models:{name}` for a class of yours of that name." in str(wrong.help)


@pytest.mark.parametrize(
    "written",
    ["tuple[int, ...]", "dict[str, tuple[Bar, ...]]", "tuple[tuple[int, ...], Bar | None]"],
)
def test_a_tuple_of_any_length_is_the_same_in_both_sources(load: Load, written: str) -> None:
    yaml = f"version: 1\nrouters:\n  XWsRouter: {{request: 'm:Q', data: '{written}'}}\n"
    py = f"from m import Q, Bar\nXWsRouter: TypeAlias = WsRouter[Q, {written}]\n"
    both = [load(yaml, models="m", at="yaml"), load(py=py, at="py")]
    assert [loaded.diagnostics for loaded in both] == [(), ()]
    first, second = [loaded.spec.routers[0].data for loaded in both if loaded.spec]
    assert first == second
    assert str(first) == written.replace("Bar", "m:Bar")


@pytest.mark.parametrize(
    "written",
    ["list[...]", "tuple[...]", "tuple[int, str, ...]", "tuple[..., int]", "dict[str, ...]"],
)
def test_an_ellipsis_elsewhere_is_diagnosed_as_what_it_is(load: Load, written: str) -> None:
    yaml = f"version: 1\nrouters:\n  XWsRouter: {{request: 'm:Q', data: '{written}'}}\n"
    py = f"from m import Q\nXWsRouter: TypeAlias = WsRouter[Q, {written}]\n"
    for loaded in (load(yaml, models="m", at="yaml"), load(py=py, at="py")):
        [wrong] = loaded.diagnostics
        assert (wrong.code, wrong.message) == ("WSG300", "`...` can only end a `tuple` of one type")
        assert wrong.help
        assert "tuple[int, ...]" in wrong.help
