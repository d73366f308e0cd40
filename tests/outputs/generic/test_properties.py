"""Whatever the template: what is made of it means what typing says that the generic class means."""

import ast
import io
import sys
import tokenize
import typing
from pathlib import Path
from types import ModuleType
from typing import Any  # what templates define is known only when they run

import pyflakes.api  # type: ignore[import-untyped]  # it has no types; flake8 brings it
import pyflakes.reporter  # type: ignore[import-untyped]  # as above
from hypothesis import given, settings
from hypothesis import strategies as st

from wsgen.model import RouterSpec, TypeRef
from wsgen.outputs.contract import RenderContext
from wsgen.outputs.python.generic.parsing import parse_template
from wsgen.outputs.python.generic.specialise import specialise

MODELS = "wsgen_template_models"
ROUTER = RouterSpec(
    class_name="BarWsRouter",
    route="bars",
    request=TypeRef(name="BarRequest", module=MODELS),
    data=TypeRef(name="list", args=(TypeRef(name="Bar", module=MODELS),)),
)


class BarRequest:
    """A request."""


class Bar:
    """An update."""


class Base:
    """What the template itself imports, the same for both."""

    def __init_subclass__(cls, flag: bool = False) -> None:
        super().__init_subclass__()


_names = st.sampled_from(["_A", "_D"])
_plain = st.sampled_from(["int", "str", "Base", "None"])
_types = st.recursive(
    _names | _plain,
    lambda inner: st.one_of(
        st.builds("list[{}]".format, inner),
        st.builds("dict[str, {}]".format, inner),
        st.builds("tuple[{}, {}]".format, inner, inner),
        st.builds("Callable[[{}], {}]".format, inner, inner),
        st.builds("Optional[{}]".format, inner),
        st.builds("t.Union[{}, {}]".format, inner, inner),
    ),
    max_leaves=5,
)
_self = st.sampled_from(["W[_A, _D]", "list[W[_A, _D]]", "Handler", "Handler[_D]"])
_annotations = st.one_of(
    _types,
    _types.map('"{}"'.format),
    _self.map('"{}"'.format),
    _types.map("'''{}'''".format),
    _types.map('"list[" "{}]"'.format),
    _types.map('Annotated["{}", "_A in a text"]'.format),
)
_values = st.sampled_from(
    [
        '"_D and W"',
        'cast("_D", None)',
        "[_D for _D in ()]",
        "lambda _A: _A",
        'f"{_D} and _D"',
        "(lambda x=_A: x)()",
        '{"_A": _D}',
        "[y for x in [_A] for y in [(x, _D)]]",
    ]
)
_comments = st.sampled_from(["", "  # _D and W[_A, _D]", "  # type of W"])


@st.composite
def _methods(draw: st.DrawFn, number: int) -> str:
    first, second, result = draw(_annotations), draw(_annotations), draw(_annotations)
    name = draw(st.sampled_from(["x", "_A", "_D", "_DStore"]))
    inner = draw(st.sampled_from(["x", "_A", "_D"]))
    return (
        f"    def m{number}(self, {name}: {first}, *, y: {second}) -> {result}:{draw(_comments)}\n"
        f'        """Do _A and _D."""\n'
        f"        def inner({inner}: {draw(_annotations)}) -> {draw(_annotations)}:\n"
        f"            return {inner}\n"
        f"        self.made = {draw(_values)}{draw(_comments)}\n"
        f"        return {name}\n"
    )


@st.composite
def templates(draw: st.DrawFn) -> str:
    keywords = draw(st.sampled_from(["", ", metaclass=Meta", ", flag=True"]))
    bases = draw(st.sampled_from(["{}", "Base, {}", "Base,  # why _D\n    {}", "{}, Base"]))
    generic = draw(st.sampled_from(["Generic[_A, _D]", "t.Generic[_A, _D]"]))
    declared = draw(
        st.sampled_from(
            [
                '_A = TypeVar("_A", bound="Base")\n_D = TypeVar("_D")\n',
                '_A = t.TypeVar("_A"); _D = TypeVar("_D")  # both\n',
                '_A = TypeVar("_A", bound=Used)\n\n_D = TypeVar(\n    "_D",\n)\n',
            ]
        )
    )
    attributes = [
        f"    a{number}: {draw(_annotations)}{draw(_comments)}\n"
        for number in range(draw(st.integers(1, 3)))
    ]
    methods = [draw(_methods(number)) for number in range(draw(st.integers(0, 2)))]
    imports = draw(
        st.permutations(
            [
                "from collections.abc import Callable",
                "from typing import Annotated, Generic, Optional, TypeVar, cast",
                "import typing as t",
                "from pathlib import Path as Used  # only in a bound, perhaps",
            ]
        )
    )
    if generic == "t.Generic[_A, _D]":
        imports = [item.replace("Generic, ", "") for item in imports]
    line = "\n"
    return (
        f'"""Of _A and _D."""\n\n{line.join(imports)}\n\n'
        f"from {MODELS} import Base\n\n\nclass Meta(type): ...\n\n\n{declared}\n"
        "Handler = Callable[[_D], None]  # of _D\n\n\n"
        f"class W({bases.format(generic)}{keywords}):\n"
        f'    """W of _D."""\n\n{"".join(attributes + methods)}'
    ).replace("flag=True", "flag=True" if "Base" in bases else "metaclass=Meta")


@settings(max_examples=50)
@given(templates())
def test_what_is_made_means_what_the_generic_class_means(template: str) -> None:
    made = specialise(
        parse_template(Path("generic_route.py"), template), ROUTER, RenderContext("ws.py")
    )

    assert {"_A", "_D", "W", "TypeVar", "Generic"}.isdisjoint(_free_names(made))
    assert _texts(made) == _texts(template)
    assert _remarks(made) <= _remarks(template)
    generic = _run(template)
    hints = _hints(generic.W)
    concrete = _run(made)
    expected = {name: _substituted(hint, generic, concrete) for name, hint in hints.items()}
    assert _hints(concrete.BarWsRouter) == expected


def _run(text: str) -> Any:
    models = ModuleType(MODELS)
    vars(models).update(Bar=Bar, BarRequest=BarRequest, Base=Base)
    module = ModuleType("generic_route")
    for forget in typing._cleanups:  # type: ignore[attr-defined]  # references found in another module
        forget()
    sys.modules |= {MODELS: models, "generic_route": module}
    exec(compile(text, "generic_route.py", "exec", dont_inherit=True), vars(module))
    return module


def _hints(class_: Any) -> dict[str, Any]:
    hints = dict(typing.get_type_hints(class_, include_extras=True))
    for name, member in vars(class_).items():
        if name[0] == "m" and callable(member):
            for key, hint in typing.get_type_hints(member, include_extras=True).items():
                hints[f"{name}.{key}"] = hint
    return hints


def _substituted(hint: Any, generic: Any, concrete: Any) -> Any:
    """Return `hint` with the types in place of the variables, as typing itself substitutes them."""
    if hint == generic.W[generic._A, generic._D]:
        return concrete.BarWsRouter
    if typing.get_origin(hint) is list and typing.get_args(hint) == (
        generic.W[generic._A, generic._D],
    ):
        return list[concrete.BarWsRouter]
    types = {generic._A: BarRequest, generic._D: list[Bar]}
    if hint in (generic._A, generic._D):
        return types[hint]
    parameters = getattr(hint, "__parameters__", ())
    return hint[tuple(types[item] for item in parameters)] if parameters else hint


def _free_names(text: str) -> set[str]:
    """Return the names that no function of `text` binds: those that the compiler looks up globally."""
    import symtable

    names: set[str] = set()
    pending = [symtable.symtable(text, "made", "exec")]
    while pending:
        table = pending.pop()
        pending += table.get_children()
        names |= {item.get_name() for item in table.get_symbols() if item.is_global()}
        if table.get_type() == "module":
            names |= {item.get_name() for item in table.get_symbols()}
    return names


def _texts(text: str) -> list[str]:
    """Return the comments that are not about what goes, and the strings that are no types."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
    kept = [item for item in comments if "_D" in item and "both" not in item]
    strings = [
        node.value
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " and " in node.value
    ]
    return kept + strings


def _remarks(text: str) -> set[str]:
    out = io.StringIO()
    pyflakes.api.check(text, "file", pyflakes.reporter.Reporter(out, out))
    return {line.partition(" ")[2] for line in out.getvalue().splitlines()}
