"""A served document is right whatever its routes, its module and its app are called."""

import itertools
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from tests.asyncapi import documents
from tests.asyncapi.documents import frame_errors, messages_of, official_errors, operations_of
from tests.asyncapi.models import Bar, Request

from wsgen.model import Example
from wsgen.outputs.channels.stub import render_channels
from wsgen_runtime import TopicUpdate, WsRouter
from wsgen_runtime.asyncapi import describe
from wsgen_runtime.documents.route_parts import VERBS

SHARED = {"hello", "hello.response", "authenticate", "authenticate.response", "notice"}
TYPES = {"hello.response": "hello", "authenticate.response": "authenticate"}
"""The types of frames that are not called as their messages are: an answer with the type of its question."""

KEY = re.compile("[A-Za-z][A-Za-z0-9]*")

_numbers = itertools.count()

ROUTES = [
    "orders", "endpoint", "route", "pings", "notices", "to", "by", "from", "of", "server", "bars", "bar",
    "subscribe.bars", "messages", "channels", "hello.a",
    "operations", "payload", "type", "title", "const", "properties", "x-router", "x-python-type",
    "x-python-examples", "$ref", "receive", "send", "application/json", "a/b", "a~b", "a~1b", "a%2Fb", "ä b",
    "#/channels", "components", "topic", "object",
]  # fmt: skip


class Service:
    async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
        pass

    def remove_topic(self, topic: str) -> None:
        pass


def by_hand(route: str) -> WsRouter:
    return WsRouter(service=Service(), route=route, request_type=Request, data_type=Bar)


class Packages:
    """Packages of one module each, as wsgen generates them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def router(self, module: str, route: str, *, named: str | None = None) -> WsRouter:
        """Return the router of `module` with `route` in its stub, built with the route `named`."""
        example = Example(
            name="first",
            request='{"sym": "AAPL"}',
            data='{"price": 1, "when": "2026-01-01T00:00:00Z", "pair": [1, "a"]}',
        )
        spec = documents.router(route, class_name="OneWsRouter", examples=(example,))
        package = f"served_{next(_numbers)}"
        (self._folder / package).mkdir()
        (self._folder / package / "__init__.py").touch()
        stub = render_channels(documents.module(spec, name=module))
        (self._folder / package / "asyncapi.json").write_text(stub, encoding="utf-8")
        kind = type("OneWsRouter", (WsRouter,), {"__module__": f"{package}.one"})
        router: WsRouter = kind(
            service=Service(), route=named or route, request_type=Request, data_type=Bar
        )
        return router


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Packages:
    monkeypatch.syspath_prepend(tmp_path)
    return Packages(tmp_path)


def check(document: Mapping[str, Any], routes: list[str]) -> None:
    assert dangling(document, document) == []
    assert list(document["channels"]) == ["endpoint"]
    messages = messages_of(dict(document))
    named = {f"{route}.{verb}" for route in routes for verb in VERBS}
    assert set(messages) == named | SHARED | {"ping", "pong", "error", "status"}
    for name, message in messages.items():
        assert message["name"] == name
        assert message["payload"]["properties"]["type"]["const"] == TYPES.get(name, name)
    for kind in ("channels", "operations"):
        assert all(KEY.fullmatch(key) for key in document[kind]), document[kind].keys()
    titles = [
        item["title"]
        for kind in ("messages", "schemas")
        for key, item in document["components"][kind].items()
        if KEY.fullmatch(key) and item["title"] == key
    ]
    assert len(titles) == sum(len(document["components"][kind]) for kind in ("messages", "schemas"))
    assert len({title.lower() for title in titles}) == len(titles)
    operations = operations_of(dict(document))
    asked = {
        f"{route}.{verb}" for route in routes for verb in ("subscribe", "unsubscribe", "update")
    }
    assert set(operations) == asked | {"hello", "authenticate", "ping", "error"}
    for route in routes:
        assert messages[f"{route}.subscribe"]["summary"] == f"Subscribe to {route}"
        assert messages[f"{route}.unsubscribed"]["summary"] == (
            f"Subscription to {route} ended by the server"
        )
        assert operations[f"{route}.update"]["title"] == f"Updates of {route}"
        asked_with = {"type": f"{route}.subscribe", "payload": {"sym": "AAPL"}}
        assert frame_errors(dict(document), asked_with) == []
        assert frame_errors(dict(document), {**asked_with, "payload": {}}) != []
    assert "x-python-mode" not in json.dumps(document)


def dangling(node: object, document: object) -> list[str]:
    """Return the dangling references below `node`."""
    if isinstance(node, list):
        return [found for item in node for found in dangling(item, document)]
    if not isinstance(node, dict):
        return []
    found = [found for item in node.values() for found in dangling(item, document)]
    if isinstance(node.get("$ref"), str):
        target: object = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            key = unquote(part).replace("~1", "/").replace("~0", "~")
            target = target.get(key) if isinstance(target, dict) else None
        if target is None:
            found.append(node["$ref"])
    return found


def test_a_router_without_a_stub_may_have_any_route() -> None:
    for route in ROUTES:
        for title in (route, "endpoint"):
            check(describe([by_hand(route)], title=title, version="1"), [route])
    document = describe([by_hand(route) for route in ROUTES], title="orders", version="1")
    check(document, ROUTES)
    assert official_errors(document) == []


@pytest.mark.parametrize("route", ["orders", "endpoint", "route", "to", "by", "x-python-type"])
@pytest.mark.parametrize("module", ["orders", "endpoint", "route", "bars"])
def test_a_generated_route_may_have_the_name_of_its_module_and_examples(
    packages: Packages, module: str, route: str
) -> None:
    document = describe([packages.router(module, route)], title=module, version="1")
    check(document, [route])
    messages = messages_of(document)
    (example,) = messages[f"{route}.subscribe"]["examples"]
    assert example["payload"] == {
        "type": f"{route}.subscribe",
        "payload": {"sym": "AAPL"},
        "id": 1,
    }
    (example,) = messages[f"{route}.update"]["examples"]
    assert example["payload"]["type"] == f"{route}.update"


def test_a_generated_router_may_be_given_any_other_route(packages: Packages) -> None:
    for module, route in (("orders", "orders"), ("endpoint", "by"), ("bars", "route")):
        for named in ROUTES:
            router = packages.router(module, route, named=named)
            document = describe([router, by_hand("other")], title=named, version="1")
            check(document, [named, "other"])


def test_routes_of_several_modules_with_the_same_prefix_are_distinguished(
    packages: Packages,
) -> None:
    routers = [
        packages.router("bars", "bars"),
        packages.router("bar", "bar", named="subscribe.bars"),
        packages.router("orders", "bars", named="bar"),
        by_hand("endpoint"),
    ]
    names = ["bars", "subscribe.bars", "bar", "endpoint"]
    document = describe(routers, title="bars", version="1")
    check(document, names)
    assert official_errors(document) == []
