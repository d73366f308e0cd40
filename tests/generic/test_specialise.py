"""The project's own generic class becomes concrete by its syntax tree; all other text is kept."""

import ast
from pathlib import Path

import pytest
from tests.conftest import Project

from wsgen.errors import GenerationError
from wsgen.model import RouterSpec, TypeRef
from wsgen.render.generic import Origin, specialise
from wsgen.render.generic_template import parse_template

TEMPLATE = '''\
"""Ö: _TData stays in strings."""

from typing import Any, Generic, TypeVar

from .router_interface import WsRouterInterface

_TRequest = TypeVar("_TRequest")
_TData = TypeVar("_TData")


class WsRouter(WsRouterInterface, Generic[_TRequest, _TData]):
    kind: type[_TData]
    ö = "_TData"; nested: dict[str, list[_TData]] = {}  # _TData stays

    def topic(self, request: "_TRequest", _TDataStore: Any = None) -> "WsRouter[_TRequest, _TData]":
        def inner(data: _TData) -> "list[_TData]":
            return [data]

        return self
'''

CONCRETE = '''\
"""Ö: _TData stays in strings."""

from typing import Any

from app.shared.ws.router_interface import WsRouterInterface
from app.models import Bar, BarRequest



class BarWsRouter(WsRouterInterface):
    kind: type[Bar]
    ö = "_TData"; nested: dict[str, list[Bar]] = {}  # _TData stays

    def topic(self, request: "BarRequest", _TDataStore: Any = None) -> "BarWsRouter":
        def inner(data: Bar) -> "list[Bar]":
            return [data]

        return self
'''

ROUTER = RouterSpec(
    class_name="BarWsRouter",
    route="bars",
    request=TypeRef(name="BarRequest", module="app.models"),
    data=TypeRef(name="Bar", module="app.models"),
)
ROOT = Path("project")
FILE = ROOT / "app" / "shared" / "ws" / "generic_route.py"


def made(text: str) -> str:
    return specialise(parse_template(FILE, text, (ROOT,)), ROUTER, Origin("ws.py")).partition(
        "render`.\n"
    )[2]


def test_names_are_replaced_and_all_other_text_is_kept() -> None:
    text = made(TEMPLATE)
    assert ast.dump(ast.parse(text)) == ast.dump(ast.parse(CONCRETE))
    assert "# _TData stays" in text


def test_type_parameters_of_newer_syntax_are_replaced() -> None:
    text = made("class WsRouter[Req, Data](object):\n    def f(self, r: Req) -> Data: ...\n")
    assert "class BarWsRouter(object):\n    def f(self, r: BarRequest) -> Bar: ..." in text


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("WSG420", "class ("),
        ("WSG421", "class WsRouter: ...\n"),
        (
            "WSG422",
            "from typing import Generic\nclass A(Generic[T, U]): ...\nclass B(Generic[T, U]): ...\n",
        ),
        ("WSG423", "import typing\nclass A(typing.Generic[T]): ...\n"),
        (
            "WSG424",
            "from typing import Generic\nfrom .....x import y\nclass A(y, Generic[T, U]): ...\n",
        ),
    ],
)
def test_a_template_that_cannot_be_used_is_reported_with_its_place(code: str, text: str) -> None:
    with pytest.raises(GenerationError) as caught:
        made(text)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == code
    assert diagnostic.span is not None


def test_render_specialises_the_configured_template(project: Project) -> None:
    settings = project.read("pyproject.toml")
    setting = '[tool.wsgen]\ntemplate = "src/app/shared/ws/generic_route.py"'
    project.write("pyproject.toml", settings.replace("[tool.wsgen]", setting, 1))
    project.write("src/app/shared/ws/generic_route.py", TEMPLATE)
    outcome = project.wsgen("render", "--no-quality")
    assert outcome.code == 0, outcome.stderr
    text = project.read("specs/datafeed/ws_generated/barwsrouter.py")
    assert "class BarWsRouter(WsRouterInterface):" in text
    assert "TypeVar" not in text


def test_imports_are_added_where_type_variables_follow_the_last_import_directly() -> None:
    text = made(
        "from typing import Generic, TypeVar\nA = TypeVar('A')\nB = TypeVar('B')\n"
        "class W(Generic[A, B]):\n    x: B\n"
    )
    assert text == "from app.models import Bar\nclass BarWsRouter:\n    x: Bar\n"


THREE = """\
from typing import Generic, TypeVar

_A = TypeVar("_A")
_B = TypeVar("_B")
_C = TypeVar("_C")


class WsRouter(Generic[_A, _B, _C]):
    def f(self, a: _A, b: _B) -> list[_C]: ...
"""


def test_an_alias_gives_as_many_types_as_the_class_has_parameters(project: Project) -> None:
    project.write("src/app/modules/m/__init__.py", "")
    alias = "X{}: TypeAlias = WsRouter[{}]\n"
    head = "from typing import TypeAlias\nfrom app.models import Bar, Req\n"
    ws = head + alias.format("WsRouter", "Req, Bar, dict[str, Bar]")
    project.write("src/app/modules/m/ws.py", ws)
    project.write("src/app/shared/ws/generic_route.py", THREE)
    outcome = project.wsgen("render", "--no-quality", "src")
    assert outcome.code == 0, outcome.stderr
    made = project.read("src/app/modules/m/ws_generated/xwsrouter.py")
    assert "def f(self, a: Req, b: Bar) -> list[dict[str, Bar]]: ..." in made

    project.write("src/app/modules/m/ws.py", ws + alias.format("YWsRouter", "Req, Bar"))
    outcome = project.wsgen("render", "--no-quality", "src")
    assert outcome.code == 1
    assert "ws.py:4:1: error[WSG423]: `XYWsRouter` gives 2 types to the 3" in outcome.stderr
    assert "note: the class is here: src/app/shared/ws/generic_route.py:8:1" in outcome.stderr

    # The built-in target has exactly two, with the place in the alias.
    (project.root / "src/app/shared/ws/generic_route.py").unlink()
    outcome = project.wsgen("render", "--no-quality", "src")
    assert "ws.py:3:24: error[WSG203]: `XWsRouter` gives WsRouter 3 types" in outcome.stderr
