"""Types that do not exist are found in the models' syntax: no type checker is needed and nothing is imported.

What is said of them stands in the golden cases `models-*`.
"""

import pytest
from tests.conftest import Project
from tests.environments import make_environment

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
    assert "error[WSG309]" in said


def test_packages_that_may_be_elsewhere_are_not_judged(project: Project) -> None:
    project.write("src/spread/part/things.py", "class Other: ...\n")
    assert validated(project, "spread.elsewhere:Thing") == ""
    assert "error[WSG309]" in validated(project, "spread.part.things:Thing")
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
    since = (99,) if older else (3,)
    monkeypatch.setattr("wsgen.load.python.type_names._TAKES_TYPED_DICT", since)
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
    assert "error[WSG309]" in validated(project, "Barr", models=models)


def test_a_name_that_no_file_can_have_is_no_internal_error(project: Project) -> None:
    long = ".".join(["app", "x" * 199])
    said = validated(project, f"{long}:Bar")
    assert "error[WSG3" in said or said == ""
    (project.root / "src/app/loop").symlink_to("loop")
    assert "internal error" not in validated(project, "app.loop.models:Bar")


def test_a_package_is_looked_up_in_the_environment_of_the_project(project: Project) -> None:
    packages = make_environment(project.root / ".venv")
    elsewhere = project.root.parent / "member"
    (elsewhere / "apps").mkdir(parents=True)
    said = validated(project, "apps.models:Bar")
    assert "there is no package `apps`, neither in the project nor in its environment" in said
    assert "help: Did you mean `app.models`?" in said
    (packages / "_member.pth").write_text(f"{elsewhere}\n")
    assert validated(project, "apps.models:Bar") == ""
