"""Documents describe commands: served ones, with and without a stub, and exported ones of each version."""

from pathlib import Path
from typing import Any

import pytest
from tests.asyncapi import documents
from tests.asyncapi.documents import frame_errors, official_errors, operations_of, ref
from tests.asyncapi.in_process import validate_text
from tests.asyncapi.models import Bar, Request

from wsgen.asyncapi.export.assemble import Exportable
from wsgen.asyncapi.export.document_files import format_document
from wsgen.asyncapi.export.document_settings import read_settings
from wsgen.asyncapi.export.export_documents import export_documents
from wsgen.environment import running_environment
from wsgen.model import CommandSpec
from wsgen.outputs.channels.stub import render_channels
from wsgen_runtime import Command, CommandContext, WsCommands
from wsgen_runtime.asyncapi import describe

ROOT = Path(__file__).parents[3]
SPEC = CommandSpec(
    class_name="BuyBar",
    command="bars.buy",
    request=ref("Request"),
    response=ref("Bar"),
    errors=("SoldOut",),
    summary="Buy a bar.",
    tags=("trade",),
    security=("token",),
)
SCHEME = {"token": {"type": "http", "scheme": "bearer"}}
NAMES = ["bars.buy", "command", "a/b.buy", "route.buy", "ping.all"]


async def buy(request: Request, context: CommandContext) -> Bar:
    raise NotImplementedError


def command(name: str, **more: Any) -> Command:  # Any: as Command has it
    return Command(name=name, request_type=Request, response_type=Bar, run=buy, **more)


def check(document: dict[str, Any], name: str) -> None:
    assert official_errors(document) == []
    asked = {"type": name, "payload": {"sym": "AAPL"}, "id": 1, "key": "k"}
    made = Bar.model_validate({"price": 1, "when": "2026-01-01T00:00:00Z", "pair": [1, "a"]})
    bar = made.model_dump(mode="json", by_alias=True)
    answered = {"type": f"{name}.response", "payload": bar, "id": 1}
    for frame, wrong in ((asked, {"payload": {}}), (answered, {"payload": None})):
        assert frame_errors(document, frame) == []
        assert frame_errors(document, {**frame, **wrong}) != []
    assert frame_errors(document, {**asked, "key": ""}) != []


@pytest.mark.parametrize("name", NAMES)
def test_a_command_without_a_stub_is_described(name: str) -> None:
    made = command(name, errors=("sold_out",), tags=("trade",), deprecated=True)
    document: Any = describe([], [WsCommands(made)], title="bars", version="1")
    check(document, name)
    operation = operations_of(document)[name]
    assert operation["x-errors"] == {"sold_out": "Declared."}
    assert operation["tags"] == [{"name": "trade"}]
    assert operation["x-deprecated"]
    assert "command" not in {*operations_of(document)} - {name}


def test_a_stub_says_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "served_commands").mkdir()
    (tmp_path / "served_commands" / "__init__.py").touch()
    stub = render_channels(documents.module(commands=(SPEC,)), SCHEME)
    (tmp_path / "served_commands" / "asyncapi.json").write_text(stub, encoding="utf-8")
    kind = type("Commands", (WsCommands,), {"__module__": "served_commands.commands"})
    given = kind(command("bars.buy", tags=("trade",)), command("bars.sell"))
    document: Any = describe([], [given], title="bars", version="1")
    check(document, "bars.buy")
    check(document, "bars.sell")
    operation = operations_of(document)["bars.buy"]
    assert operation["summary"] == "Buy a bar."
    assert operation["x-errors"] == {"sold_out": "Declared as `SoldOut`."}
    assert document["components"]["securitySchemes"] == SCHEME
    assert operations_of(document)["bars.sell"]["summary"] == "Carry out the command."


@pytest.mark.parametrize("version", ["3.1", "3.0", "2.6"])
def test_commands_are_exported_in_each_version(version: str) -> None:
    spec = documents.module(documents.router(), commands=(SPEC,))
    exported = export_documents(
        [Exportable(spec, render_channels(spec, SCHEME), {})],
        settings=read_settings({"securitySchemes": SCHEME}),
        environment=running_environment(),
        root=ROOT,
        sources=(ROOT,),
        version=version,
    )
    assert exported.diagnostics == ()
    document = exported.documents["asyncapi"]
    assert official_errors(document) == []
    text = format_document(document, "json")
    assert validate_text(Path("a.json"), text.encode()) == ()
    for word in ('"bars.buy"', '"bars.buy.response"', "sold_out", "Buy a bar."):
        assert word in text
