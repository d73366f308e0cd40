"""`wsgen migrate`: the same routers from a ws.yaml, and what becomes of the ws.py."""

import ast
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import Project, without_docstrings
from wsgen.diagnostics import Diagnostic
from wsgen.load.yaml.reader import load_yaml
from wsgen.migrate.python_hints import Remarks, remarks_on
from wsgen.migrate.ws_yaml_text import yaml_text
from wsgen.model import ModuleSpec, RouterSpec, TypeRef

FOUNDING = Path(__file__).parents[1] / "golden" / "founding" / "src"

WS = '''\
"""Ö: the feed."""

from typing import TYPE_CHECKING, TypeAlias

from app.service import Service, X

if TYPE_CHECKING:
    from app.models import (
        Bar,
        BarRequest,
        Quote,
    )
    from app.routes import WsRouter

    # noqa: E501
    # OHLC bars.
    BarWsRouter: TypeAlias = WsRouter[BarRequest, Bar]

    AWsRouter: TypeAlias = WsRouter[  # Best: bid and "ask".
        BarRequest,
        dict[str, list[Quote]],
    ]

STRING = "BarWsRouter: TypeAlias"  # Bar stays


def start(service: Service) -> X:
    from .ws_generated import BarWsRouter

    return X(BarWsRouter(route="candles", tags=["charts", "a, b"], service=service))
'''


@pytest.fixture
def legacy(project: Project) -> Project:
    """The project with a legacy module `feed` and no other."""
    shutil.rmtree(project.root / "specs")
    project.write("specs/feed/ws.py", WS)
    return project


def test_routers_are_the_same_after_aliases_are_removed(legacy: Project) -> None:
    assert legacy.wsgen("render").code == 0
    before = legacy.read("specs/feed/ws_generated/barwsrouter.py")
    assert legacy.wsgen("migrate", "--remove-aliases").code == 0
    assert legacy.wsgen("render").code == 0
    after = legacy.read("specs/feed/ws_generated/barwsrouter.py")
    assert without_docstrings(before) == without_docstrings(after)


def test_a_generic_class_that_would_be_lost_stops_the_migration(project: Project) -> None:
    shutil.copytree(FOUNDING / "trading_api", project.root / "src" / "trading_api")
    folder = project.root / "src/trading_api/modules/datafeed"
    (folder / "ws.py").write_text(
        "from typing import TypeAlias\nfrom trading_api.models import Bar, BarsSubscriptionRequest\n"
        "from trading_api.shared.ws.generic_route import WsRouter\n\n"
        "Bars: TypeAlias = WsRouter[BarsSubscriptionRequest, Bar]\n"
    )
    outcome = project.wsgen("migrate", "src", "--module", "datafeed", "--remove-aliases")
    assert outcome.code == 1
    assert "WSG431" in outcome.stderr
    assert not (folder / "ws.yaml").exists()
    assert "TypeAlias" in (folder / "ws.py").read_text()
    assert project.wsgen("migrate", "src", "--module", "datafeed").code == 0


def test_founding_modules_migrate_whole(project: Project) -> None:
    shutil.copytree(FOUNDING / "trading_api", project.root / "src" / "trading_api")
    assert project.wsgen("render", "src").code == 0
    before = {file: file.read_text() for file in project.root.rglob("ws_generated/*router.py")}
    assert len(before) == 7
    outcome = project.wsgen("migrate", "src", "--remove-aliases")
    assert outcome.code == 0, outcome.stderr
    assert project.wsgen("render", "src").code == 0
    for file, text in before.items():
        assert without_docstrings(file.read_text()) == without_docstrings(text)


def test_comments_to_tools_say_nothing_of_a_router() -> None:
    text = (
        "# -----\n# type: ignore\n#: One.\n# --- Two. ---\n# TODO: four\n"
        "A = (  # noqa\n    1,  # Three.\n)\nB = 1\n"
    )
    remarks = remarks_on(text, {"A": (6, 8), "B": (9, 9)})
    assert remarks == {"A": Remarks(("One.", "Two.", "Three."), ("TODO: four",)), "B": Remarks()}


_WORDS = st.text(
    st.characters(
        min_codepoint=32, max_codepoint=0x2FFF, exclude_categories=["Cs", "Cc", "Zl", "Zp"]
    ),
    min_size=1,
    max_size=60,
).filter(lambda text: text == text.strip() and text.isprintable())


@given(
    tags=st.lists(_WORDS, max_size=3, unique=True), words=st.lists(_WORDS, min_size=1, max_size=3)
)
def test_any_text_is_read_back_as_it_was(tags: list[str], words: list[str]) -> None:
    description = "\n".join(words)
    remarks = {"BarWsRouter": Remarks(tuple(words), ("TODO: more",))}
    model = TypeRef(name="Bar", module="app.models")
    router = RouterSpec(
        class_name="BarWsRouter", route="bars", request=model, data=model, tags=tuple(tags)
    )
    other = router.model_copy(update={"class_name": "Other", "route": "other", "tags": ()})
    module = ModuleSpec(name="feed", endpoint="/feed/ws", routers=(router, other))
    text = yaml_text(module, ["Other", "BarWsRouter"], remarks)
    found: list[Diagnostic] = []
    read = load_yaml(Path("ws.yaml"), text.encode(), None, found)
    assert not found
    fields = read.routers[1].fields
    assert tuple(fields.get("tags", ())) == tuple(tags)
    assert fields["description"].strip() == description
    assert fields["request"] == model


DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
