"""Types that do not exist are found in the models' syntax: no type checker is needed and nothing is imported."""

import pytest
from tests.conftest import Project

YAML = """\
version: 1
models: app.models
routers:
  BarWsRouter:
    request: BarRequest
    data: {data}
"""


def validated(project: Project, data: str, **files: str) -> str:
    """Return what `wsgen validate` says of a router whose updates are `data`; `files` are written before."""
    for name, text in files.items():
        project.write(f"src/app/{name.replace('__', '/')}.py", text)
    project.write("specs/datafeed/ws.yaml", YAML.format(data=data))
    outcome = project.wsgen("validate")
    assert outcome.code == (1 if "error" in outcome.stderr else 0)
    return outcome.stderr


@pytest.mark.parametrize(
    ("data", "column", "says", "advice"),
    [
        ("Barr", 11, "`app.models` does not define `Barr`", "Did you mean `Bar`?"),
        ("dict[str, Qoute | None]", 21, "does not define `Qoute`", "Did you mean `Quote`?"),
        ("Xyzzy", 11, "does not define `Xyzzy`", "name the module that has it"),
        ("app.modles:Bar", 11, "no module `app.modles`", "Did you mean `app.models`?"),
        ("app.schema:Bar", 11, "no module `app.schema`", "Correct the name"),
        ("app.models.deep.Bar", 11, "no module `app.models.deep`", "Correct the name"),
        ("app.models:Barr.Inner", 11, "does not define `Barr`", "Did you mean `Bar`?"),
    ],
)
def test_a_name_that_does_not_exist_is_an_error_at_its_place(
    project: Project, data: str, column: int, says: str, advice: str
) -> None:
    said = validated(project, f'"{data}"' if " " in data else data)
    column += 1 if " " in data else 0
    assert f"ws.yaml:6:{column}: error[WSG309]: " in said
    assert says in said
    assert f"help: {advice}" in said or advice in said
    assert said.count("error[") == 1


def test_a_misspelt_models_package_is_said_once_at_its_key(project: Project) -> None:
    project.write(
        "specs/datafeed/ws.yaml",
        YAML.format(data="Bar").replace("models: app.models", "models: app.modles"),
    )
    said = project.wsgen("validate").stderr
    assert said.count("error[WSG309]") == 1
    assert "ws.yaml:2:9: error[WSG309]: the project has no module `app.modles`" in said
    assert "Did you mean `app.models`?" in said


@pytest.mark.parametrize(
    ("data", "advice"),
    [
        ("app.ords.models:Bar", "Did you mean `app.orders.models`?"),
        ("app.orders.modles:Bar", "Did you mean `app.orders.models`?"),
        ("app.orders.tables:Bar", "Correct the name, or add the module."),
        ("app.ords.tables:Bar", "Correct the name, or add the module."),
        ("space.orders.modles:Bar", "Did you mean `space.orders.models`?"),
    ],
)
def test_a_module_is_compared_with_those_of_the_same_package(
    project: Project, data: str, advice: str
) -> None:
    for package in ("app", "space"):  # `space` has no `__init__.py`
        project.write(f"src/{package}/orders/__init__.py", "")
        project.write(f"src/{package}/orders/models.py", "class Bar: ...")
    assert advice in validated(project, data)


def test_a_package_that_is_nowhere_but_nearly_called_as_ours_is_a_warning(project: Project) -> None:
    said = validated(project, "aap.models:Bar")
    assert "warning[WSG309]: there is no package `aap`" in said
    assert "Did you mean `app.models`?" in said
    assert validated(project, "acme_contracts.orders:Order") == ""


def test_a_ws_py_is_looked_up_like_a_ws_yaml(project: Project) -> None:
    project.write(
        "src/app/feed/ws.py",
        "from typing import TypeAlias\nfrom app.models import Bar, BarRequst\nfrom app.ws import WsRouter\n"
        "BarWsRouter: TypeAlias = WsRouter[BarRequst, Bar]\n",
    )
    said = project.wsgen("validate", "src/app/feed").stderr
    assert (
        "src/app/feed/ws.py:4:35: error[WSG309]: `app.models` does not define `BarRequst`" in said
    )
    assert "Did you mean `BarRequest`?" in said


def test_render_says_it_too_and_writes_nothing(project: Project) -> None:
    project.write("specs/datafeed/ws.yaml", YAML.format(data="Barr"))
    outcome = project.wsgen("render")
    assert outcome.code == 1
    assert "error[WSG309]" in outcome.stderr
    assert not (project.root / "specs/datafeed/ws_generated").exists()


BASE = "from pydantic import BaseModel\nclass BarRequest(BaseModel): ...\n"
BINDS = {
    "assignment": "Thing = dict[str, int]",
    "annotation": "Thing: type = int",
    "several targets": "Other, (Thing, *Rest) = int, (str, float)",
    "import": "from elsewhere import Thing",
    "import as": "import elsewhere.things as Thing",
    "if": "import os\nif os.name == 'nt':\n    class Thing(BaseModel): ...\nelse:\n    Thing = int",
    "type checking": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from elsewhere import Thing",
    "try": "try:\n    from fast import Thing\nexcept ImportError:\n    from slow import Thing",
    "for": "for Thing in (int, str): pass",
    "with": "with open('x') as Thing: pass",
    "walrus": "print(Thing := int)",
    "match": "match 1:\n    case Thing: pass",
    "global": "def make():\n    global Thing\n    Thing = int\nmake()",
    "globals": "globals()['Thing'] = int",
    "setattr": "import sys\nsetattr(sys.modules[__name__], 'Thing', int)",
    "getattr": "def __getattr__(name): return int",
    "lazy": "import lazy_loader\n__getattr__, __dir__, __all__ = lazy_loader.attach(__name__)",
    "exec": "exec('class Thing: pass')",
    "star elsewhere": "from elsewhere import *",
    "star here": "from app.more import *",
    "star relative": "from .more import *",
    "type statement": "type Thing = int | str",
    "generic class": "class Thing[T]:\n    value: T",
    "no python": "class :",
}


@pytest.mark.parametrize("how", BINDS)
def test_a_name_that_may_exist_is_no_error(project: Project, how: str) -> None:
    said = validated(project, "Thing", models=f"{BASE}{BINDS[how]}\n", more="class Thing: ...\n")
    assert said == ""


def test_a_star_import_of_a_module_of_ours_hides_no_mistake(project: Project) -> None:
    said = validated(
        project,
        "Thing",
        models=f"{BASE}from .more import *\n",
        more="from app.models import *\nclass Things: ...\n",
    )
    assert "does not define `Thing`" in said


def test_packages_that_may_be_elsewhere_are_not_judged(project: Project) -> None:
    project.write("src/spread/part/things.py", "class Other: ...\n")
    assert validated(project, "spread.elsewhere:Thing") == ""
    assert "does not define" in validated(project, "spread.part.things:Thing")
    project.write("src/compiled/__init__.py", "")
    project.write("src/compiled/fast.cpython-311-x86_64-linux-gnu.so", "")
    project.write("src/compiled/stubbed.pyi", "class Other: ...\n")
    project.write("src/compiled/both.py", "Other = int\n")
    project.write("src/compiled/both.pyi", "class Thing: ...\n")
    for module in ("fast", "stubbed", "both"):
        assert validated(project, f"compiled.{module}:Thing") == ""
    project.write("src/moving/__init__.py", "__path__ = ['/somewhere']\n")
    assert validated(project, "moving.away:Thing") == ""
    assert validated(project, "datetime:Datetime") == ""


def test_nothing_of_the_models_is_run(project: Project) -> None:
    ran = project.root / "ran"
    validated(project, "Thing", models=f"{BASE}open({str(ran)!r}, 'w')\nraise SystemExit\n")
    assert not ran.exists()


REQUESTS = {
    "class BarRequest: ...": 4,
    "from dataclasses import dataclass\n@dataclass\nclass BarRequest:\n    symbol: str": 6,
    "import enum\nclass BarRequest(enum.Enum):\n    A = 1": 5,
    "from typing import NamedTuple\nclass BarRequest(NamedTuple):\n    a: int": 5,
    "import collections\nBarRequest = collections.namedtuple('BarRequest', 'symbol')": 5,
    "def BarRequest(): ...": 4,
    "class Base: ...\nclass BarRequest(Base): ...": 5,
    "from app.more import Plain as BarRequest": 1,
}


@pytest.mark.parametrize("text", REQUESTS)
def test_a_request_that_is_no_model_is_one_diagnostic_that_shows_both_places(
    project: Project, text: str
) -> None:
    models = f"from pydantic import BaseModel\nclass Bar(BaseModel): ...\n\n{text}\n"
    said = validated(project, "Bar", models=models, more="class Plain(object): ...\n")
    assert said.count("error[") == 1
    assert "ws.yaml:5:14: error[WSG302]: a request must be a pydantic model" in said
    place = "src/app/more.py:1" if "Plain" in text else f"src/app/models.py:{REQUESTS[text]}"
    assert f"note: it is defined here: {place}" in said


@pytest.mark.parametrize(
    "text",
    [
        "class Base(BaseModel): ...\nclass BarRequest(Base): ...",
        "from app.more import Base\nclass BarRequest(Base): ...",
        "import pydantic\nclass BarRequest(pydantic.BaseModel): ...",
        "import pydantic as p\nclass BarRequest(p.RootModel[int]): ...",
        "from elsewhere import Base\nclass BarRequest(Base): ...",
        "from elsewhere import wrap\n@wrap\nclass BarRequest: ...",
        "class BarRequest(metaclass=Meta): ...",
        "class Mixin: ...\nclass BarRequest(Mixin, BaseModel): ...",
        "if X:\n    class BarRequest: ...\nelse:\n    class BarRequest(BaseModel): ...",
        "BarRequest = create_model('BarRequest')",
        "import types\nBarRequest = types.new_class('BarRequest', (BaseModel,))",
        "from typing import cast\nBarRequest = cast('type[BaseModel]', make())",
        "from functools import reduce\nBarRequest = reduce(extend, [BaseModel])",
        "class Factory: ...\nBarRequest = Factory()",
        "from app.more import *\nclass BarRequest(Base): ...",
        "class BarRequest(Unbound): ...",
        "class BarRequest(make()): ...",
        "class BarRequest(BarRequest): ...",
    ],
)
def test_a_request_that_may_be_a_model_is_no_error(project: Project, text: str) -> None:
    models = f"from pydantic import BaseModel\nclass Bar(BaseModel): ...\n{text}\n"
    more = "from pydantic import BaseModel as B\nclass Base(B): ...\n"
    assert validated(project, "Bar", models=models, more=more) == ""


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("from typing import TypedDict\nclass Thing(TypedDict):\n    a: int", True),
        ("import typing as t\nclass Base(t.TypedDict): ...\nclass Thing(Base): ...", True),
        ("from app.more import Base\nclass Thing(Base, total=False): ...", True),
        ("from typing import TypedDict\nThing = TypedDict('Thing', {'a': int})", True),
        ("from typing_extensions import TypedDict\nclass Thing(TypedDict): ...", False),
        (
            "import sys\nif sys.version_info >= (3, 12):\n    from typing import TypedDict\n"
            "else:\n    from typing_extensions import TypedDict\nclass Thing(TypedDict): ...",
            False,
        ),
    ],
)
@pytest.mark.parametrize("older", [True, False])
def test_a_typed_dict_that_pydantic_refuses_is_found_before_start(
    project: Project, monkeypatch: pytest.MonkeyPatch, text: str, refused: bool, older: bool
) -> None:
    monkeypatch.setattr("wsgen.load.python.type_names._REFUSES_TYPED_DICT", older)
    more = "from typing import TypedDict\nclass Base(TypedDict): ...\n"
    said = validated(project, '"list[Thing]"', models=f"{BASE}{text}\n", more=more)
    if refused and older:
        assert "ws.yaml:6:17: error[WSG310]: pydantic cannot validate `Thing`" in said
        assert "help: Import `TypedDict` from `typing_extensions` in " in said
    else:
        assert said == ""


def test_a_generic_class_of_the_project_may_take_any_request_that_exists(project: Project) -> None:
    project.write(
        "pyproject.toml",
        '[tool.wsgen]\npaths = ["specs"]\ntemplate = "src/app/route.py"\n[tool.wsgen.quality]\nsteps = []\n',
    )
    project.write(
        "src/app/route.py",
        "from typing import Generic, TypeVar\nA = TypeVar('A')\nB = TypeVar('B')\n\n\n"
        "class WsRouter(Generic[A, B]):\n    def f(self, a: A, b: B) -> None: ...\n",
    )
    models = "from pydantic import BaseModel\nclass Bar(BaseModel): ...\nclass BarRequest: ...\n"
    assert validated(project, "Bar", models=models) == ""
    assert "does not define `Barr`" in validated(project, "Barr", models=models)


def test_a_name_that_no_file_can_have_is_no_internal_error(project: Project) -> None:
    long = ".".join(["app", "x" * 199])
    said = validated(project, f"{long}:Bar")
    assert "error[WSG3" in said or said == ""
    (project.root / "src/app/loop").symlink_to("loop")
    assert "internal error" not in validated(project, "app.loop.models:Bar")
