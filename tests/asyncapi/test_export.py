"""Documents of modules, in three versions, and what happens when models fail."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.asyncapi.documents import (
    Json,
    module,
    official_errors,
    ref,
    router,
)
from tests.asyncapi.in_process import validate_text
from tests.asyncapi.models import Bar, Request

from wsgen.asyncapi.export.assemble import Exportable
from wsgen.asyncapi.export.document_files import format_document
from wsgen.asyncapi.export.document_settings import read_settings
from wsgen.asyncapi.export.export_documents import Exported, export_documents
from wsgen.diagnostics import Span
from wsgen.environment import running_environment
from wsgen.errors import ConfigError
from wsgen.model import History, ModuleSpec, TypeRef
from wsgen.outputs.channels.stub import render_channels
from wsgen_runtime import WsRouter
from wsgen_runtime.asyncapi import describe
from wsgen_runtime.documents.contract_digest import contract_of

ROOT = Path(__file__).parents[2]
WARM = pytest.mark.usefixtures("warm_exports")
SETTINGS: Json = {
    "title": "Trading",
    "version": "2.1.0",
    "id": "urn:example:trading",
    "description": "All of it.",
    "contact": {"name": "Desk", "url": "https://example.com", "email": "desk@example.com"},
    "license": {"name": "MIT"},
    "tags": ["market"],
    "externalDocs": {"url": "https://example.com/docs"},
    "servers": {
        "production": {"host": "example.com", "protocol": "wss", "security": ["token", "login"]},
    },
    "securitySchemes": {
        "token": {"type": "http", "scheme": "bearer"},
        "login": {
            "type": "oauth2",
            "flows": {
                "clientCredentials": {"tokenUrl": "https://example.com/t", "availableScopes": {}}
            },
        },
    },
}


def export(*specs: ModuleSpec, sources: tuple[Path, ...] = (ROOT,), **options: Any) -> Exported:
    settings = read_settings(options.pop("settings", {}))
    modules = [
        Exportable(spec, render_channels(spec), {"BarsWsRouter.data": Span(Path("ws.yaml"), 7, 3)})
        for spec in specs
    ]
    options.setdefault("environment", running_environment())
    return export_documents(modules, settings=settings, root=ROOT, sources=sources, **options)


def two() -> tuple[ModuleSpec, ModuleSpec]:
    other = module(
        router("bars", data=TypeRef(name="list", args=(ref("Bar", "tests.asyncapi.others"),))),
        name="legacy",
        endpoint="/legacy",
    )
    return module(router(deprecated=True, tags=("charts",)), router("quotes")), other


@WARM
@pytest.mark.parametrize("version", ["3.1", "3.0", "2.6"])
def test_documents_are_valid_in_every_version(version: str) -> None:
    exported = export(*two(), version=version, settings=SETTINGS)
    assert exported.diagnostics == ()
    document = exported.documents["asyncapi"]
    assert document["asyncapi"].startswith(version)
    assert official_errors(document) == []
    for form in ("json", "yaml"):
        text = format_document(document, form)
        found = validate_text(Path(f"a.{form}"), text.encode())
        assert found == ()
        assert yaml.safe_load(text) == document


@WARM
def test_2_6_is_the_equivalent() -> None:
    document = export(*two(), version="2.6", settings=SETTINGS).documents["asyncapi"]
    channel = document["channels"]["/api/v1/datafeed/ws"]
    asked = [item["$ref"].rpartition("/")[2] for item in channel["publish"]["message"]["oneOf"]]
    assert asked == [
        "DatafeedBarsSubscribeMessage",
        "DatafeedBarsUnsubscribeMessage",
        "DatafeedQuotesSubscribeMessage",
        "DatafeedQuotesUnsubscribeMessage",
        "DatafeedHelloMessage",
        "DatafeedAuthenticateMessage",
        "DatafeedPingMessage",
    ]
    assert len(channel["subscribe"]["message"]["oneOf"]) == 16
    messages = document["components"]["messages"]
    assert messages["DatafeedBarsSubscribeMessage"]["x-response"]["oneOf"][0] == {
        "$ref": "#/components/messages/DatafeedBarsSubscribeResponseMessage"
    }
    assert messages["DatafeedBarsUpdateMessage"]["x-deprecated"] is True
    assert document["components"]["schemas"]["DatafeedBarsUpdateFrame"]["deprecated"] is True
    assert all(message["messageId"] == message["title"] == key for key, message in messages.items())
    assert {"DatafeedErrorMessage", "LegacyErrorMessage"} < messages.keys()
    assert document["servers"]["production"]["url"] == "example.com"
    assert document["servers"]["production"]["security"] == [{"token": []}, {"login": []}]
    flow = document["components"]["securitySchemes"]["login"]["flows"]["clientCredentials"]
    assert flow == {"tokenUrl": "https://example.com/t", "scopes": {}}
    assert "operations" not in document


@WARM
@pytest.mark.parametrize("version", ["3.1", "3.0", "2.6"])
def test_what_a_route_keeps_and_its_state_are_documented(version: str) -> None:
    kept = router(
        snapshot=ref("Request"),
        history=History(updates=9),
        replay=2,
        errors={"unknown_symbol": "No such symbol."},
    )
    alerts = router("alerts", request=None, source="published")
    exported = export(module(kept, alerts), version=version)
    assert exported.diagnostics == ()
    document = exported.documents["asyncapi"]
    assert official_errors(document) == []
    text = json.dumps(document)
    assert '"x-history": {"updates": 9, "seconds": 120.0, "bytes": 4194304}' in text
    assert '"x-replay": 2' in text
    assert '"x-source": "published"' in text
    assert '"x-errors": {"unknown_symbol": "No such symbol."}' in text
    names = {message["name"] for message in document["components"]["messages"].values()}
    assert "alerts.snapshot" not in names
    state = document["components"]["schemas"]["DatafeedBarsSnapshotPayload"]["properties"]
    assert state["payload"] == {"$ref": "#/components/schemas/RequestOutput"}


@WARM
def test_per_module_and_the_same_each_time() -> None:
    first = export(*two(), per_module=True)
    assert list(first.documents) == ["datafeed", "legacy"]
    assert json.dumps(first.documents) == json.dumps(export(*two(), per_module=True).documents)


@WARM
def test_a_model_that_is_not_there_is_blamed_on_its_line() -> None:
    exported = export(module(router(data=ref("Absent"))))
    (found,) = exported.diagnostics
    assert exported.documents == {}
    assert found.code == "WSG660"
    assert found.span == Span(Path("ws.yaml"), 7, 3)
    assert "Absent" in found.message


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ("raise RuntimeError('no database')", "WSG660", "no database"),
        ("import os\nos._exit(3)", "WSG660", "status 3"),
        ("import threading\nthreading.Event().wait()", "WSG660", "did not end within"),
        ("print('hello')\nclass X: pass", "WSG661", "X"),
        ("import sys\nsys.exit(4)", "WSG660", "status 4"),
        (
            "import sys, threading\nthreading.Thread(target=threading.Event().wait).start()\nsys.exit(4)",
            "WSG660",
            "status 4",
        ),
    ],
)
def test_models_that_misbehave(tmp_path: Path, body: str, code: str, said: str) -> None:
    (tmp_path / "bad_models.py").write_text(body, encoding="utf-8")
    spec = module(router(request=TypeRef(name="dict"), data=ref("X", "bad_models")))
    exported = export(spec, sources=(tmp_path,), timeout=3.0 if "wait()" in body else 60.0)
    (found,) = exported.diagnostics
    assert (found.code, found.span) == (code, Span(Path("ws.yaml"), 7, 3))
    assert said in found.message
    if "wait()" in body and "sys" not in body:
        assert "within 3 seconds" in found.message
        assert found.help
        assert "by `--timeout` of `wsgen client typescript`" in found.help


FINE = "from pydantic import BaseModel\nclass X(BaseModel):\n    x: int\n"


@WARM
@pytest.mark.parametrize(
    "body",
    [
        "print('{\"documents\": []}')",
        "import os\nos.write(1, b'{}\\n')\nos.write(2, b'noise')",
        "import os\nif os.fork() == 0:\n    os.write(1, b'child')\n    os._exit(0)\nos.wait()",
        "import subprocess, sys\n"
        "subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'])",
        "import os, tempfile\nd = tempfile.mkdtemp()\nos.chdir(d)\nos.rmdir(d)",
        "import sys\nsys.stdout.close()",
        "import sys\nsys.stdin.read()",
        "import threading\nthreading.Thread(target=threading.Event().wait).start()",
        "import atexit, signal\natexit.register(signal.pause)",
    ],
    ids=["print", "write", "fork", "daemon", "cwd", "close", "read", "thread", "at exit"],
)
def test_models_that_are_odd_but_work(tmp_path: Path, body: str) -> None:
    (tmp_path / "odd_models.py").write_text(f"{body}\n{FINE}", encoding="utf-8")
    spec = module(router(request=ref("X", "odd_models"), data=ref("X", "odd_models")))
    exported = export(spec, sources=(tmp_path,), timeout=20.0)
    assert exported.diagnostics == ()
    assert "X" in exported.documents["asyncapi"]["components"]["schemas"]


@WARM
def test_two_modules_at_one_place() -> None:
    (found,) = export(module(router()), module(router("quotes"), name="other")).diagnostics
    assert found.code == "WSG663"


@WARM
def test_settings_that_make_no_valid_document() -> None:
    found = export(module(router()), settings={"servers": {"a": {"host": "x"}}}).diagnostics
    assert [item.code for item in found] == ["WSG664"]
    assert "protocol" in found[0].message


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"title": ""}, 'Write title = "...".'),
        ({"servers": []}, "Write [tool.wsgen.asyncapi.servers]."),
        ({"tags": [1]}, 'Write tags = ["market-data"].'),
    ],
)
def test_settings_that_are_wrong(table: Json, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_settings(table, Path("pyproject.toml"))
    (found,) = caught.value.diagnostics
    assert (found.code, found.help) == ("WSG664", said)


def test_wrong_settings_are_shown_at_their_keys(tmp_path: Path) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_text(
        "[project]\ntitel = 1\n[tool.wsgen.asyncapi]\nid = 'x'\ntitel = 'y'\n"
        "[tool.wsgen.asyncapi.contacts]\nname = 'z'\n"
    )
    with pytest.raises(ConfigError) as caught:
        read_settings({"id": "x", "titel": "y", "contacts": {"name": "z"}}, file)
    places = [(item.span.line, item.span.column) for item in caught.value.diagnostics if item.span]
    assert places == [(5, 1), (6, 1)]


def test_yaml_is_read_alike_by_1_1_and_1_2() -> None:
    document = {"a": "1e3", "b": "on", "c": "0o7", "d": "x\ny\n", "e": "2024-01-01", "f": ["", "~"]}
    text = format_document(document, "yaml")
    assert yaml.safe_load(text) == document
    assert "'1e3'" in text
    assert "'0o7'" in text


@WARM
def test_the_contract_of_an_exported_module_is_that_of_the_served_one() -> None:
    class Service:
        async def create_topic(self, topic: str, topic_update: object) -> None: ...

        async def remove_topic(self, topic: str) -> None: ...

    document = export(module(router()), settings=SETTINGS).documents["asyncapi"]
    served = WsRouter(service=Service(), route="bars", request_type=Request, data_type=Bar)
    assert contract_of(document) == contract_of(describe([served], title="a", version="1"))
    other = WsRouter(service=Service(), route="bars", request_type=Request, data_type=Bar | None)
    assert contract_of(document) != contract_of(describe([other], title="a", version="1"))


@WARM
def test_each_channel_has_its_contract_whatever_else_is_in_the_document() -> None:
    both = export(*two()).documents["asyncapi"]["channels"]
    alone = export(*two(), per_module=True).documents
    for name, document in alone.items():
        (channel,) = document["channels"].values()
        assert channel["x-contract"] == contract_of(document)
        assert both[name]["x-contract"] == channel["x-contract"]
    assert len({channel["x-contract"] for channel in both.values()}) == len(both)
