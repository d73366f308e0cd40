"""`ws.yaml` and `ws.py` say the same in two ways, and a module may hold both."""

from collections.abc import Callable

import pytest
from tests.load.conftest import Load

from wsgen.load import Loaded

PYTHON = """\
from typing import Optional, TypeAlias
from shop.models import Bar, BarRequest, Quote, QuoteRequest
from shop.routes import WsRouter

BarWsRouter: TypeAlias = WsRouter[BarRequest, list[Bar]]
QuoteWsRouter: TypeAlias = WsRouter[
    QuoteRequest,
    Optional[Quote],
]

def routers(service):
    return [
        BarWsRouter(route="bars", tags=["charts"], service=service),
        QuoteWsRouter(service=service),
    ]
"""
YAML = """\
version: 1
models: shop.models
routers:
  QuoteWsRouter: {request: QuoteRequest, data: Quote | None}
  BarWsRouter:
    route: bars
    request: shop.models:BarRequest
    data: list[shop.models.Bar]
    tags: [charts]
"""


def test_the_same_spec_comes_from_both(load: Load) -> None:
    from_yaml, from_python, united = load(YAML), load(py=PYTHON), load(YAML, PYTHON)
    assert from_yaml.spec is not None
    assert from_yaml.spec == from_python.spec == united.spec
    assert from_yaml.diagnostics == from_python.diagnostics == united.diagnostics == ()


def test_routers_of_both_files_are_united(load: Load) -> None:
    yaml = """\
version: 1
endpoint: /quotes
tags: [market]
routers:
  TradeWsRouter: {request: 'm:A', data: 'm:B'}
"""
    loaded = load(yaml, PYTHON)
    assert loaded.diagnostics == ()
    assert loaded.spec is not None
    assert loaded.spec.endpoint == "/quotes"
    tags = {router.class_name: router.tags for router in loaded.spec.routers}
    assert tags == {
        "BarWsRouter": ("charts",),
        "QuoteWsRouter": ("market",),
        "TradeWsRouter": ("market",),
    }
    assert loaded.positions["TradeWsRouter"].path.name == "ws.yaml"
    assert loaded.positions["BarWsRouter.data"].path.name == "ws.py"


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("shop.models:BarRequest", "shop.models:Other", "request"),
        ("list[shop.models.Bar]", "Bar", "data"),
        ("route: bars", "route: candles", "route"),
        ("    route: bars\n", "", "route"),
        ("tags: [charts]", "tags: [bars]", "tags"),
    ],
)
def test_what_the_files_say_differently_is_an_error_with_both_places(
    load: Load, old: str, new: str, key: str
) -> None:
    loaded = load(YAML.replace(old, new), PYTHON)
    assert loaded.spec is None
    (found,) = loaded.diagnostics
    assert found.code == "WSG125"
    assert f"has {key} " in found.message
    assert found.span is not None
    assert (found.span.path.name, found.notes[0].span.path.name) == ("ws.yaml", "ws.py")


@pytest.mark.parametrize(
    ("name", "fields", "code"),
    [
        ("BARWsRouter", "route: other", "WSG118"),
        ("OtherWsRouter", "route: bars", "WSG119"),
    ],
)
def test_routers_collide_across_files(load: Load, name: str, fields: str, code: str) -> None:
    yaml = f"version: 1\nrouters: {{{name}: {{request: 'm:A', data: 'm:B', {fields}}}}}\n"
    loaded = load(yaml, PYTHON)
    (found,) = loaded.diagnostics
    assert found.code == code
    assert {found.span and found.span.path.name, found.notes[0].span.path.name} == {
        "ws.yaml",
        "ws.py",
    }


def test_diagnostics_of_both_files_come_together(
    load: Load, findings: Callable[[Loaded], list[str]]
) -> None:
    loaded = load("version: 2\nrouters: {}\n", PYTHON.replace("Quote, ", ""))
    assert findings(loaded) == ["8:14 WSG205", "1:10 WSG115"]
    assert loaded.spec is None
