"""Adding a module, a route, a command, a field or a model renames nothing that a document had before."""

import importlib
import json
import sys
from pathlib import Path

import pytest
from tests.asyncapi.documents import Json, module, ref, router

from wsgen.asyncapi.export.assemble import Exportable, assemble
from wsgen.asyncapi.export.document_settings import read_settings
from wsgen.asyncapi.export.export_problems import alike, clashes
from wsgen.diagnostics import Span
from wsgen.model import CommandSpec, ModuleSpec, TypeRef
from wsgen.outputs.channels.stub import render_channels
from wsgen_runtime.asyncapi import fill
from wsgen_runtime.documents.model_names import SHARED_NAMES

MODELS = """
from pydantic import BaseModel

class Order(BaseModel):
    id: str

class Venue(BaseModel):
    code: str

class Bar(BaseModel):
    close: float
    venue: Venue

class BarsRequest(BaseModel):
    symbol: str
"""
OTHERS = MODELS.replace("close: float", "last: float").replace("symbol: str", "place: str")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of two Python modules with models of the same names."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "named_models.py").write_text(MODELS, "utf-8")
    (tmp_path / "other_named_models.py").write_text(OTHERS, "utf-8")
    return tmp_path


def of(name: str, models: str = "named_models") -> TypeRef:
    return ref(name, models)


def bars(**more: TypeRef) -> ModuleSpec:
    given = {"request": of("BarsRequest"), "data": of("Bar"), **more}
    return module(router("bars", **given))


def place(request: str) -> CommandSpec:
    return CommandSpec(
        class_name="Place", command="orders.place", request=of(request), response=of("Order")
    )


def document(*specs: ModuleSpec) -> Json:
    """Return the document of these modules, with the models as they are in their files now."""
    for name in ("named_models", "other_named_models"):
        sys.modules.pop(name, None)
    importlib.invalidate_caches()
    stubs = [json.loads(render_channels(spec)) for spec in specs]
    listed = [Exportable(spec, "", {}) for spec in specs]
    assert clashes(listed, stubs) == []
    return fill(assemble(stubs, read_settings({}), per_module=False))


def names(document: Json) -> set[tuple[str, str]]:
    components = document["components"]
    parts = {**components, "channels": document["channels"], "operations": document["operations"]}
    return {(kind, key) for kind, part in parts.items() for key in part}


OTHER_MODULE = module(
    router("bars", request=of("BarsRequest", "other_named_models"), data=of("Bar")),
    name="legacy",
    endpoint="/legacy",
)
WITH_OTHERS = module(
    router("bars", request=of("BarsRequest"), data=of("Bar")),
    router(
        "quotes",
        request=of("BarsRequest", "other_named_models"),
        data=of("Bar", "other_named_models"),
    ),
)
ADDED: dict[str, tuple[ModuleSpec, ...]] = {
    "a module with the same route": (bars(), OTHER_MODULE),
    "the same module before it": (OTHER_MODULE, bars()),
    "a route with the same words": (
        module(
            *bars().routers,
            *(router(f"bars{sign}x", request=None, data=of("Bar")) for sign in "-_"),
        ),
    ),
    "models with the same names": (WITH_OTHERS,),
    "a command that asks with what is sent": (module(*bars().routers, commands=(place("Bar"),)),),
    "a route that sends what is asked": (
        module(*bars().routers, router("asked", request=None, data=of("BarsRequest"))),
    ),
}


@pytest.mark.parametrize("added", list(ADDED))
@pytest.mark.usefixtures("project")
def test_adding_renames_nothing(added: str) -> None:
    before, after = document(bars()), document(*ADDED[added])
    assert names(before) < names(after)
    for name, schema in before["components"]["schemas"].items():
        assert after["components"]["schemas"][name] == schema


@pytest.mark.parametrize("field", ["note: str", 'note: str = ""', "order: Order | None = None"])
@pytest.mark.parametrize("model", ["Venue", "Bar", "BarsRequest"])
def test_a_field_renames_nothing(project: Path, model: str, field: str) -> None:
    specs = module(*bars().routers, commands=(place("Bar"),))
    before = document(specs)
    head = f"class {model}(BaseModel):\n"
    text = MODELS.replace(head, f"{head}    {field}\n")
    (project / "named_models.py").write_text(text, "utf-8")
    assert names(before) <= names(document(specs))


@pytest.mark.usefixtures("project")
def test_each_component_has_its_key_as_title_and_no_two_are_the_same() -> None:
    components = document(WITH_OTHERS, OTHER_MODULE)["components"]
    titles = [
        item["title"] for kind in ("messages", "schemas") for item in components[kind].values()
    ]
    assert titles == [key for kind in ("messages", "schemas") for key in components[kind]]
    assert len({title.lower() for title in titles}) == len(titles)
    schemas = components["schemas"]
    assert schemas["Bar"]["properties"].keys() == {"close", "venue"}
    assert schemas["OtherNamedModelsBar"]["properties"].keys() == {"last", "venue"}
    assert "DatafeedBarsUpdateFrame" in schemas
    assert "LegacyBarsUpdateFrame" in schemas


def test_a_model_that_is_called_as_a_frame_is_the_one_that_gets_another_name(project: Path) -> None:
    text = MODELS.replace("class Bar(", "class ErrorPayload(")
    (project / "named_models.py").write_text(text, "utf-8")
    found = document(bars(data=of("ErrorPayload")))["components"]["schemas"]
    assert "code" in found["ErrorPayload"]["properties"]
    assert "close" in found["NamedModelsErrorPayload"]["properties"]


@pytest.mark.parametrize("model", ["ResetPayload", "TopicPosition", "UnsubscribedPayload"])
def test_no_first_route_takes_the_name_of_a_model(project: Path, model: str) -> None:
    text = MODELS.replace("class Order(", f"class {model}(")
    (project / "named_models.py").write_text(text, "utf-8")
    commands = (
        CommandSpec(class_name="Place", command="place", request=of("Bar"), response=of(model)),
    )
    before = document(module(commands=commands))["components"]["schemas"]
    after = document(module(*bars().routers, commands=commands))["components"]["schemas"]
    assert {name: after[name] for name in before} == before


def test_no_model_is_called_as_what_all_modules_have_in_common() -> None:
    first, second = bars(), module(router("ticks"), name="legacy", endpoint="/legacy")
    stubs = [json.loads(render_channels(spec))["components"] for spec in (first, second)]
    for kind in ("messages", "schemas"):
        shared = stubs[0][kind].keys() & stubs[1][kind].keys()
        assert {
            name for name in SHARED_NAMES if name.endswith("Message") is (kind == "messages")
        } == (shared)


def test_modules_that_would_have_the_same_names_are_not_exported_together() -> None:
    specs = (
        module(*bars().routers, name="market_data"),
        module(router("data-bars"), name="market", endpoint="/market"),
    )
    stubs = [json.loads(render_channels(spec)) for spec in specs]
    (found,) = clashes([Exportable(spec, "", {}) for spec in specs], stubs)
    assert found.code == "WSG663"
    assert found.message == (
        "modules `market_data` and `market` both have the operation `marketDataBarsSubscribe`"
    )


def test_names_that_differ_in_case_only_are_a_warning() -> None:
    spec = module(router("order-book"), router("orderbook", class_name="OtherWsRouter"))
    place = Span(Path("ws.yaml"), 3)
    positions = {"OtherWsRouter.route": place}
    (found,) = alike([Exportable(spec, "", positions)])
    assert (found.code, found.severity.value, found.span) == ("WSG668", "warning", place)
    assert found.message == (
        "the routes `order-book` and `orderbook` have names in the document that differ in case only"
    )
    assert list(alike([Exportable(module(router("order-book")), "", {})])) == []
