"""Each kind of route: with and without a request, a snapshot, a history, a service."""

import importlib
import json
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.asyncapi.documents import official_errors
from tests.conftest import Project

from wsgen.model import ModuleSpec, RouterSpec, TypeRef
from wsgen.pipeline.drafts import imported_by
from wsgen_runtime import WsRouter
from wsgen_runtime.documents.describe import describe

CASE = Path(__file__).parents[1] / "cases/render-kinds-of-routes/feed/ws.yaml"
MODELS = """\
from pydantic import BaseModel


class Req(BaseModel):
    symbol: str


class Bar(BaseModel):
    close: float


class BookChange(BaseModel):
    level: int


class Book(BaseModel):
    levels: list[int]


class Alert(BaseModel):
    text: str
"""


class Service:
    async def stream(self) -> AsyncIterator[object]:
        raise NotImplementedError
        yield

    async def snapshot(self) -> object:
        raise NotImplementedError


class AskedService:
    async def stream(self, request: object) -> AsyncIterator[object]:
        raise NotImplementedError
        yield

    async def snapshot(self, request: object) -> object:
        raise NotImplementedError


@pytest.fixture
def routers(project: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, WsRouter]]:
    project.write("shop/models.py", MODELS)
    project.write("feed/ws.yaml", CASE.read_text("utf-8"))
    outcome = project.wsgen("render", "--no-quality", "feed")
    assert outcome.code == 0, outcome.stderr
    monkeypatch.syspath_prepend(str(project.root))
    package = importlib.import_module("feed.ws_generated")
    asked, alone = AskedService(), Service()
    yield {
        "alert": package.AlertWsRouter(),
        "bar": package.BarWsRouter(service=asked),
        "book": package.BookWsRouter(service=asked),
        "health": package.HealthWsRouter(service=alone),
        "whole": package.WholeWsRouter(service=alone),
    }
    for name in [each for each in sys.modules if each.partition(".")[0] in ("feed", "shop")]:
        del sys.modules[name]


def test_routers_are_what_their_keys_say(routers: dict[str, WsRouter]) -> None:
    assert {name for name, router in routers.items() if not router.has_request} == {
        "alert",
        "health",
        "whole",
    }
    assert {name for name, router in routers.items() if router.published} == {"alert"}
    assert {name for name, router in routers.items() if router.history} == {"alert", "bar"}
    assert {name for name, router in routers.items() if router.snapshot_type} == {"book", "whole"}
    bar = routers["bar"]
    assert (bar.replay, bar.delivery.interval, bar.errors) == (1, 0.1, ("not_found",))
    assert {router.contract for router in routers.values()} == {2}


def test_the_package_of_a_snapshot_is_known() -> None:
    data, state = TypeRef(name="Change", module="app.models"), TypeRef(name="Book", module="books")
    router = RouterSpec(class_name="BookWsRouter", route="book", data=data, snapshot=state)
    module = ModuleSpec(name="feed", endpoint="/ws", routers=(router,))
    assert imported_by(module) == {"app", "books", "wsgen_runtime"}


def test_lines_fit_into_any_line_length(routers: dict[str, WsRouter], project: Project) -> None:
    assert len(routers) == 5
    files = sorted((project.root / "feed/ws_generated").glob("*.py"))
    assert len(files) == 6
    for file in files:
        assert max(map(len, file.read_text("utf-8").splitlines())) <= 60, file


def test_what_is_served_is_what_is_exported(routers: dict[str, WsRouter], project: Project) -> None:
    served = describe(routers.values(), title="feed", version="1.0.0", address="/feed/ws")
    assert official_errors(served) == []
    outcome = project.wsgen("asyncapi", "export", "feed", "-o", "document.json")
    assert outcome.code == 0, outcome.stderr
    exported = json.loads((project.root / "document.json").read_text("utf-8"))
    documents = [json.loads(json.dumps(served)), exported]
    here, there = (document["components"] for document in documents)
    assert here == there
    here, there = (set(document["channels"].popitem()[1]["messages"]) for document in documents)
    assert here == there
    for name in ("feedBarSubscribe", "feedBarUpdate", "feedAlertUpdate", "feedBookUpdate"):
        here, there = (document["operations"][name] for document in documents)
        for key in {key for key in (*here, *there) if key.startswith("x-")}:
            assert here[key] == there[key], (name, key)
