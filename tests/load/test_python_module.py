"""All forms of a WsRouter alias in `ws.py`; the errors for others stand in the golden cases `python-*`."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.load.conftest import Load

from wsgen.load import Loaded
from wsgen.model import RouterSpec, TypeRef

REQUEST = TypeRef(name="Req", module="shop.models")
DATA = TypeRef(name="Data", module="shop.models")
IMPORTS = """\
from typing import TYPE_CHECKING, Optional, TypeAlias, Union
import typing
import typing as t
from collections.abc import Sequence
from shop.models import Data, Req, Page
from shop.routes import WsRouter
"""


def bars(data: TypeRef = DATA, **more: object) -> RouterSpec:
    return RouterSpec.model_validate(
        {"class_name": "BarWsRouter", "route": "bar", "request": REQUEST, "data": data, **more}
    )


FORMS = {
    "one line": "BarWsRouter: TypeAlias = WsRouter[Req, Data]",
    "many lines": "BarWsRouter: TypeAlias = WsRouter[\n    Req,  # what\n    Data,\n]",
    "parentheses": "BarWsRouter: TypeAlias = (\n    WsRouter[Req, Data]\n)",
    "type checking": "if TYPE_CHECKING:\n    BarWsRouter: TypeAlias = WsRouter[Req, Data]",
    "else": "if X:\n    pass\nelse:\n    BarWsRouter: TypeAlias = WsRouter[Req, Data]",
    "elif": "if X:\n    pass\nelif Y:\n    BarWsRouter: TypeAlias = WsRouter[Req, Data]",
    "try": "try:\n    BarWsRouter: TypeAlias = WsRouter[Req, Data]\nexcept X:\n    pass",
    "except": "try:\n    pass\nexcept X:\n    BarWsRouter: TypeAlias = WsRouter[Req, Data]",
    "with": "with X:\n    BarWsRouter: TypeAlias = WsRouter[Req, Data]",
    "both branches": (
        "if TYPE_CHECKING:\n    BarWsRouter: TypeAlias = WsRouter[Req, Data]\n"
        "else:\n    BarWsRouter: TypeAlias = WsRouter[Req, object]"
    ),
    "runtime fallback": (
        "if TYPE_CHECKING:\n    BarWsRouter: TypeAlias = WsRouter[Req, Data]\n"
        "else:\n    BarWsRouter = WsRouter"
    ),
    "type statement": "type BarWsRouter = WsRouter[Req, Data]",
    "type statement, many lines": "type   BarWsRouter = WsRouter[\n    Req,\n    Data,\n]",
    "type statement, indented": "if TYPE_CHECKING:\n    type BarWsRouter = WsRouter[Req, Data]",
    "type statement after another": "x = 1; type BarWsRouter = WsRouter[Req, Data]",
    "type statement on one line": "if TYPE_CHECKING: type BarWsRouter = WsRouter[Req, Data]",
    "type statement among 3.12 syntax": (
        "class Box[T, *Ts]: ...\ntype Pair[\n    A, B,\n] = tuple[A, B]\n"
        "type BarWsRouter = WsRouter[Req, Data]\ndef f[T: (int, str)](x: T) -> T: ...\n"
        "async def g[**P](): ..."
    ),
    "quoted": 'BarWsRouter: "TypeAlias" = "WsRouter[Req, Data]"',
    "quoted arguments": "BarWsRouter: TypeAlias = WsRouter['Req', \"Data\"]",
    "quoted type statement": 'type BarWsRouter = "WsRouter[Req, Data]"',
    "typing.TypeAlias": "BarWsRouter: typing.TypeAlias = WsRouter[Req, Data]",
    "quoted typing.TypeAlias": 'BarWsRouter: "typing.TypeAlias" = WsRouter[Req, Data]',
    "t.TypeAlias": "BarWsRouter: t.TypeAlias = WsRouter[Req, Data]",
    "typing_extensions": (
        "from typing_extensions import TypeAlias\nBarWsRouter: TypeAlias = WsRouter[Req, Data]"
    ),
    "typing_extensions as": (
        "import typing_extensions as te\nBarWsRouter: te.TypeAlias = WsRouter[Req, Data]"
    ),
    "TypeAlias as": ("from typing import TypeAlias as TA\nBarWsRouter: TA = WsRouter[Req, Data]"),
    "quoted TypeAlias as": (
        "from typing import TypeAlias as TA\nBarWsRouter: 'TA' = WsRouter[Req, Data]"
    ),
    "WsRouter as": ("from shop.routes import WsRouter as R\nBarWsRouter: TypeAlias = R[Req, Data]"),
    "quoted WsRouter as": (
        "from shop.routes import WsRouter as R\nBarWsRouter: TypeAlias = 'R[Req, Data]'"
    ),
    "another class as WsRouter": (
        "from shop.routes import Routes as WsRouter\nBarWsRouter: TypeAlias = WsRouter[Req, Data]"
    ),
    "module as": "import shop.routes as g\nBarWsRouter: TypeAlias = g.WsRouter[Req, Data]",
    "module from": "from shop import routes\nBarWsRouter: TypeAlias = routes.WsRouter[Req, Data]",
    "module": "import shop.routes\nBarWsRouter: TypeAlias = shop.routes.WsRouter[Req, Data]",
    "own class": "class WsRouter(Base): ...\nBarWsRouter: TypeAlias = WsRouter[Req, Data]",
    "types as": (
        "from shop.models import Req as A, Data as B\nBarWsRouter: TypeAlias = WsRouter[A, B]"
    ),
    "types of a module": (
        "import shop.models as m\nBarWsRouter: TypeAlias = WsRouter[m.Req, m.Data]"
    ),
    "types of a dotted module": (
        "import shop.models\nBarWsRouter: TypeAlias = WsRouter[shop.models.Req, shop.models.Data]"
    ),
    "types of a module in a package": (
        "from shop import models\nBarWsRouter: TypeAlias = WsRouter[models.Req, models.Data]"
    ),
    "types of a module in an imported package": (
        "import shop as s\nBarWsRouter: TypeAlias = WsRouter[s.models.Req, s.models.Data]"
    ),
    "type by an alias of this file": (
        "Mine: TypeAlias = Data\nBarWsRouter: TypeAlias = WsRouter[Req, Mine]"
    ),
    "a fallback import": (
        "try:\n    from shop.models import Data\nexcept ImportError:\n    from old import Data\n"
        "BarWsRouter: TypeAlias = WsRouter[Req, Data]"
    ),
    "form feed and CRLF": "\f\r\nBarWsRouter: TypeAlias = WsRouter[Req, Data]\r\n",
    "invalid escape": "x = '\\d'\nBarWsRouter: TypeAlias = WsRouter[Req, Data]",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_each_form_gives_the_same_router(load: Load, form: str) -> None:
    loaded = load(py=IMPORTS + form + "\n")
    assert loaded.diagnostics == ()
    assert loaded.spec is not None
    assert loaded.spec.routers == (bars(),)


def test_without_any_import_the_plain_names_count(load: Load) -> None:
    loaded = load(py="from m import Q, D\nBarWsRouter: TypeAlias = WsRouter[Q, D]\n")
    assert loaded.spec is not None
    assert loaded.spec.routers[0].request == TypeRef(name="Q", module="m")


def ref(name: str, *args: TypeRef, module: str | None = None) -> TypeRef:
    return TypeRef(name=name, module=module, args=args)


NONE = ref("None")
TYPES = {
    "list[Data]": ref("list", DATA),
    "typing.List[Data]": ref("list", DATA),
    "t.Dict[str, t.List['Data']]": ref("dict", ref("str"), ref("list", DATA)),
    "Optional[Data]": ref("|", DATA, NONE),
    "Union[Data, Req]": ref("|", DATA, REQUEST),
    "Union[Data, None, Data]": ref("|", DATA, NONE),
    "Union[Data]": DATA,
    "Optional[Union[Data, Req]]": ref("|", DATA, REQUEST, NONE),
    "Data | Req | None": ref("|", DATA, REQUEST, NONE),
    "'Data | None'": ref("|", DATA, NONE),
    "list['Data | None']": ref("list", ref("|", DATA, NONE)),
    "Page[Data]": ref("Page", DATA, module="shop.models"),
    "Page.Item": ref("Page.Item", module="shop.models"),
    "Sequence[Data]": ref("Sequence", DATA, module="collections.abc"),
    "tuple[int, str]": ref("tuple", ref("int"), ref("str")),
    "int": ref("int"),
}


@pytest.mark.parametrize(("written", "meant"), TYPES.items(), ids=TYPES)
def test_data_types_are_normalised(load: Load, written: str, meant: TypeRef) -> None:
    loaded = load(py=f"{IMPORTS}BarWsRouter: TypeAlias = WsRouter[Req, {written}]\n")
    assert loaded.diagnostics == ()
    assert loaded.spec is not None
    assert loaded.spec.routers == (bars(meant),)


@pytest.mark.parametrize(
    ("where", "packages", "file", "statement", "module"),
    [
        ("a/b/datafeed", True, "ws.py", "from ...models import Data", "a.models"),
        ("a/b/datafeed", True, "ws.py", "from .models import Data", "a.b.datafeed.models"),
        ("a/b/datafeed", True, "ws.py", "from . import Data", "a.b.datafeed"),
        ("a/b/datafeed", False, "ws.py", "from ..models import Data", "a.b.models"),
        (
            "a/datafeed/ws/v1",
            True,
            "__init__.py",
            "from .models import Data",
            "a.datafeed.ws.v1.models",
        ),
        (
            "a/datafeed/ws/v1",
            True,
            "__init__.py",
            "from ...models import Data",
            "a.datafeed.models",
        ),
        ("a/datafeed", True, "ws.py", "class Data: ...", "a.datafeed.ws"),
        ("a/datafeed", False, "ws.py", "class Data: ...", "a.datafeed.ws"),
        ("a/datafeed", True, "ws.py", "Data = NewType('Data', int)", "a.datafeed.ws"),
    ],
)
def test_relative_imports_and_own_classes_get_the_files_name(
    load: Load,
    where: str,
    packages: bool,
    file: str,
    statement: str,
    module: str,
    tmp_path: Path,
) -> None:
    place = tmp_path / module.replace(".", "/")
    models = place / "__init__.py" if "from . " in statement else place.with_suffix(".py")
    if statement.startswith("from"):
        models.parent.mkdir(parents=True, exist_ok=True)
        models.write_text("class Data: ...\n")
    text = f"from m import Req\n{statement}\nX: TypeAlias = WsRouter[Req, Data]\n"
    loaded = load(py=text, at=where, packages=packages, file=file)
    assert loaded.diagnostics == ()
    assert loaded.spec is not None
    assert loaded.spec.routers[0].data == TypeRef(name="Data", module=module)


def test_calls_tell_routes_and_tags(load: Load) -> None:
    loaded = load(
        py=IMPORTS
        + """\
BarWsRouter: TypeAlias = WsRouter[Req, Data]
OtherWsRouter: TypeAlias = WsRouter[Req, Data]

class Routers(list):
    def __init__(self, service):
        from . import ws_generated
        from .ws_generated import OtherWsRouter as Other
        bars = ws_generated.BarWsRouter(route="bars", tags=["a", "b"], service=service)
        other = Other(tags=("c",), route=route_of(service), service=service)
        super().__init__([bars, other])
"""
    )
    assert loaded.diagnostics == ()
    assert loaded.spec is not None
    first, second = loaded.spec.routers
    assert (first.route, first.tags) == ("bars", ("a", "b"))
    assert (second.route, second.tags) == ("other", ("c",))
    assert loaded.positions["BarWsRouter.route"].line == 14


LEFT_ALONE = {
    "nothing": "",
    "another alias": "Bars: TypeAlias = list[Data]\n",
    "another alias in quotes": 'Bars: TypeAlias = "dict[str, Any] and more ("\n',
    "another generic": "Bars: TypeAlias = Page[Data]\n",
    "another type statement": "type Bars[T] = dict[str, T]\n",
    "WsRouter inside of another type": "Bars: TypeAlias = list[WsRouter[Req, Data]]\n",
    "a subclass": "class BarWsRouter(WsRouter[Req, Data]): ...\n",
    "a variable": "router: WsRouter[Req, Data] = make()\n",
    "another TypeAlias": "from mine import TypeAlias\nX: TypeAlias = WsRouter[Req]\n",
    "a text": 'doc = "X: TypeAlias = WsRouter[Req, Data]"\n',
}


@pytest.mark.parametrize("text", LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_what_is_no_router_is_left_alone(load: Load, text: str) -> None:
    loaded = load(py=IMPORTS + text)
    assert loaded.diagnostics == ()
    assert loaded.spec is not None
    assert loaded.spec.routers == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("É, É1 = 1, 2; Ä: TypeAlias = WsRouter[Req, Data]", "7:15 WSG117"),
        ("x = '📈📈' ! 'y'", "7:10 WSG200"),
        ("  X = 1", "7:1 WSG200"),
    ],
    ids=["not ASCII", "after an emoji", "indentation"],
)
def test_places_count_characters(
    load: Load, findings: Callable[[Loaded], list[str]], text: str, expected: str
) -> None:
    found = findings(load(py=f"{IMPORTS}{text}\n"))
    assert [item.partition(":")[0] for item in found] == [expected.partition(":")[0]]
    if "WSG200" not in expected:  # versions of Python see an error in different columns
        assert found == [expected]


UNREADABLE = {
    "not UTF-8 later": (b"#\n" * 5 + b"x = '\xe9'\n", "6:6 WSG103"),
    "costly encoding": (b"# coding: punycode\n", "1:1 WSG201"),
    "no text encoding": (b"# coding: base64\n", "1:1 WSG201"),
    "too large": (b"#" * (2**20 + 1), "1:1 WSG102"),
}


@pytest.mark.parametrize(("data", "expected"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_is_no_text_is_an_error(
    load: Load, findings: Callable[[Loaded], list[str]], data: bytes, expected: str
) -> None:
    assert findings(load(py=data)) == [expected]


def test_other_encodings_are_read_with_places_in_characters(load: Load) -> None:
    text = "# coding: latin-1\nfrom m import A\né = 'é'; X: TypeAlias = WsRouter[A, A]\n"
    loaded = load(py=text.encode("latin-1"))
    assert loaded.diagnostics == ()
    assert loaded.positions["X"].column == 10


@pytest.mark.parametrize(
    "text",
    [
        "(" * 100_000,
        "x = " + "-" * 100_000 + "1",
        "x = " + "1+" * 100_000 + "1",
        "x: TypeAlias = WsRouter[" + "list[" * 90 + "int" + "]" * 90 + ", int]",
        "x = " + "a." * 100_000 + "b",
        "x: TypeAlias = WsRouter[a, " + "a | " * 3_000 + "a]",
        "if x:\n" + "".join(" " * n + "if x:\n" for n in range(1, 99)) + " " * 99 + "pass",
        "A0 = int\n"
        + "".join(f"A{n} = tuple[{', '.join([f'A{n - 1}'] * 50)}]\n" for n in range(1, 40))
        + "X: TypeAlias = WsRouter[A39, A39]",
    ],
    ids=range(8),
)
def test_hostile_files_never_raise(load: Load, text: str) -> None:
    load(py=text)
