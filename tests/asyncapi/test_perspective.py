"""Documents of a client: sending and receiving are the other way round, and the path is in `pathname`."""

from typing import Any

import pytest
from tests.asyncapi.documents import Json, module, official_errors, router
from tests.asyncapi.test_export import SETTINGS, export

pytestmark = pytest.mark.usefixtures("warm_exports")

PATHS = {"datafeed": "/api/v1/datafeed/ws", "legacyV2": "/proxy/legacy"}


def two_modules(version: str = "3.1", **options: Any) -> Json:
    specs = (
        module(router(deprecated=True), router("quotes")),
        module(router("bars"), name="legacy", version="v2", endpoint="/proxy/legacy"),
    )
    exported = export(
        *specs, version=version, settings=SETTINGS, **{"perspective": "client", **options}
    )
    assert exported.diagnostics == ()
    for document in exported.documents.values():
        assert official_errors(document) == []
    return dict(exported.documents)


@pytest.mark.parametrize("version", ["3.1", "3.0"])
def test_clients_send_what_the_server_receives(version: str) -> None:
    server = two_modules(version, perspective="server")["asyncapi"]
    client = two_modules(version)["asyncapi"]
    assert client["info"] == {**server["info"], "x-perspective": "client"}
    turned = {"receive": "send", "send": "receive"}
    assert client["operations"] == {
        name: {**item, "action": turned[item["action"]]}
        for name, item in server["operations"].items()
    }
    assert any("reply" in item for item in client["operations"].values())


def test_a_document_of_one_module_has_its_path_in_the_servers() -> None:
    for document in two_modules(per_module=True).values():
        ((name, channel),) = document["channels"].items()
        assert document["servers"]["production"]["pathname"] == PATHS[name]
        assert channel["address"] == "/"
        assert "servers" not in channel


def test_a_document_of_several_modules_has_a_server_for_each() -> None:
    document = two_modules()["asyncapi"]
    assert {name: item["pathname"] for name, item in document["servers"].items()} == {
        "production_datafeed": "/api/v1/datafeed/ws",
        "production_legacyV2": "/proxy/legacy",
    }
    assert document["channels"]["legacyV2"]["servers"] == [
        {"$ref": "#/servers/production_legacyV2"}
    ]


def test_servers_of_modules_have_different_names() -> None:
    servers = {name: {"host": "example.com", "protocol": "wss"} for name in ("a", "a_b")}
    specs = [module(router(), name=name, endpoint=f"/{name}") for name in ("b_c", "c")]
    exported = export(*specs, settings={"servers": servers}, perspective="client")
    assert exported.diagnostics == ()
    found = exported.documents["asyncapi"]["servers"]
    assert {name: item["pathname"] for name, item in found.items()} == {
        "a_bC": "/b_c",
        "a_b_bC": "/b_c",
        "a_c": "/c",
        "a_b_c": "/c",
    }


def test_the_path_follows_that_of_the_settings() -> None:
    server = {"host": "example.com", "protocol": "wss", "pathname": "/prefix/"}
    exported = export(module(router()), settings={"servers": {"a": server}}, perspective="client")
    (document,) = exported.documents.values()
    assert document["servers"]["a"]["pathname"] == "/prefix/api/v1/datafeed/ws"


def test_2_6_publishes_what_the_client_receives() -> None:
    server = two_modules("2.6", perspective="server")["asyncapi"]
    client = two_modules("2.6")["asyncapi"]
    assert client["servers"] == server["servers"]
    assert client["components"] == server["components"]
    for path in PATHS.values():
        ours, theirs = client["channels"][path], server["channels"][path]
        assert ours["publish"]["message"] == theirs["subscribe"]["message"]
        assert ours["subscribe"]["message"] == theirs["publish"]["message"]
        assert ours["subscribe"]["summary"] == "What clients send."
        assert ours["publish"]["operationId"].endswith("Publish")


@pytest.mark.parametrize("version", ["3.1", "2.6"])
def test_without_a_server_the_paths_stay_and_a_warning_says_so(version: str) -> None:
    exported = export(module(router()), version=version, perspective="client")
    (found,) = exported.diagnostics
    assert (found.code, found.severity.value) == ("WSG667", "warning")
    text = str(exported.documents["asyncapi"]["channels"])
    assert "/api/v1/datafeed/ws" in text
