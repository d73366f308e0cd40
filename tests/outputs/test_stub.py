"""The stub: every frame, valid, deterministic, and no text that is not there."""

import ast
import json
from pathlib import Path

import pytest
from tests.asyncapi.documents import (
    messages_of,
    module,
    official_errors,
    operations_of,
    ref,
    router,
    target,
)
from tests.asyncapi.in_process import validate_text

import wsgen_runtime.documents
from wsgen import load_modules
from wsgen.asyncapi.export.assemble import Exportable
from wsgen.asyncapi.export.document_files import format_document
from wsgen.asyncapi.export.document_settings import read_settings
from wsgen.asyncapi.export.export_documents import export_documents
from wsgen.environment import running_environment
from wsgen.model import CommandSpec, Delivery, Example, ModuleSpec, Overflow, TypeRef
from wsgen.outputs.channels.frame_messages import CLOSE_CODES, ERROR_CODES
from wsgen.outputs.channels.stub import render_channels
from wsgen_runtime import CloseCode, ErrorCode
from wsgen_runtime.documents.route_parts import VERBS

ROOT = Path(__file__).parents[2]


def test_is_valid_against_the_official_schema() -> None:
    spec = module(
        router(summary="Bars.", description="Many.", tags=("a", "b", "a"), deprecated=True),
        router("order-book", delivery=Delivery(queue=3, overflow=Overflow.LATEST)),
        description="Data.",
        version="v2",
    )
    assert official_errors(json.loads(render_channels(spec))) == []


@pytest.mark.parametrize("spec", load_modules(root=ROOT), ids=lambda spec: spec.name)
def test_is_the_same_in_any_order_of_the_routers(spec: ModuleSpec) -> None:
    text = render_channels(spec)
    assert official_errors(json.loads(text)) == []
    turned = ModuleSpec.model_validate({**spec.model_dump(), "routers": spec.routers[::-1]})
    assert render_channels(turned) == text


TYPES = {"hello.response": "hello", "authenticate.response": "authenticate"}
"""The types of frames that are not called as their messages are: an answer with the type of its question."""


def test_has_every_frame_of_every_route_and_the_shared_ones() -> None:
    document = json.loads(render_channels(module(router(), router("quotes"))))
    messages = messages_of(document)
    expected = {f"{route}.{verb}" for route in ("bars", "quotes") for verb in VERBS}
    assert set(messages) == expected | {
        "hello",
        "hello.response",
        "authenticate",
        "authenticate.response",
        "notice",
        "error",
        "status",
        "ping",
        "pong",
    }
    for name, message in messages.items():
        assert message["payload"]["properties"]["type"]["const"] == TYPES.get(name, name)


def test_says_nothing_where_the_spec_is_silent() -> None:
    text = render_channels(module(router()))
    assert "None" not in text
    assert '""' not in text
    (channel,) = json.loads(text)["channels"].values()
    assert "description" not in channel
    assert "description" not in json.loads(render_channels(module(router()), native=False))["info"]


def test_ends_in_a_newline_and_keeps_letters_as_they_are() -> None:
    text = render_channels(module(router(description='Größe "x" \\ 🎉 {{ }}')))
    assert text.endswith("}\n")
    assert "Größe" in text
    assert text == render_channels(module(router(description='Größe "x" \\ 🎉 {{ }}')))


def test_slots_hold_type_expressions_and_modes() -> None:
    data = TypeRef(name="|", args=(TypeRef(name="list", args=(ref("Bar"),)), TypeRef(name="None")))
    messages = messages_of(json.loads(render_channels(module(router(data=data)))))
    assert messages["bars.subscribe"]["payload"]["properties"]["payload"] == {
        "x-python-type": "tests.asyncapi.models:Request",
        "x-python-mode": "validation",
    }
    update = messages["bars.update"]["payload"]["properties"]["payload"]
    assert update["properties"]["payload"] == {
        "x-python-type": "list[tests.asyncapi.models:Bar] | None",
        "x-python-mode": "serialization",
    }


@pytest.mark.parametrize("verb", ["subscribe", "unsubscribe"])
def test_requests_have_replies_correlated_by_id(verb: str) -> None:
    document = json.loads(render_channels(module(router())))
    operation = operations_of(document)[f"bars.{verb}"]
    messages = messages_of(document)
    assert operation["action"] == "receive"
    answers = [target(document, item) for item in operation["reply"]["messages"]]
    assert [target(document, item)["name"] for item in answers] == [
        f"bars.{verb}.response",
        "error",
    ]
    for name in (f"bars.{verb}", f"bars.{verb}.response", "error"):
        assert messages[name]["correlationId"] == {"location": "$message.payload#/id"}


def test_codes_are_those_of_the_runtime() -> None:
    assert list(ERROR_CODES) == [code.value for code in ErrorCode]
    assert {code.value: code.description for code in CloseCode} == CLOSE_CODES


def test_runtime_frames_are_the_documented_ones() -> None:
    """Whatever type the runtime's frames module writes is a message, and the other way round."""
    import wsgen_runtime.protocol.frames

    tree = ast.parse(Path(wsgen_runtime.protocol.frames.__file__).read_text(encoding="utf-8"))
    verbs = {
        str(part.value).removeprefix(".")
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
        if isinstance(part, ast.Constant) and str(part.value).startswith(".")
    }
    # Only commands have a `response`, and only some routes a snapshot.
    assert verbs | {"subscribe", "unsubscribe"} == {*VERBS, "response", "snapshot"}


def test_blank_stub_of_the_runtime_is_what_is_rendered() -> None:
    spec = module(
        router(
            "route",
            class_name="WsRouter",
            request=TypeRef(name="dict"),
            data=TypeRef(name="dict"),
            snapshot=TypeRef(name="dict"),
        ),
        name="endpoint",
        endpoint="/",
        commands=(
            CommandSpec(
                class_name="Command",
                command="command",
                request=TypeRef(name="dict"),
                response=TypeRef(name="dict"),
            ),
        ),
    )
    blank = Path(wsgen_runtime.documents.__file__).with_name("router.json")
    assert blank.read_text(encoding="utf-8") == render_channels(spec)


@pytest.mark.parametrize("version", ["3.1", "3.0", "2.6"])
def test_a_document_of_routers_of_a_generic_class_says_nothing_of_the_native_protocol(
    version: str,
) -> None:
    spec = module(router(), router("quotes"))
    exported = export_documents(
        [Exportable(spec, render_channels(spec, native=False), {})],
        settings=read_settings({}),
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
    for word in (
        "ping",
        "pong",
        "x-close-codes",
        "x-delivery",
        "unsubscribed",
        "seq",
        "error",
        "1008",
    ):
        assert word not in text
    for name in ("bars.subscribe", "bars.unsubscribe", "bars.update", "BarsWsRouter", "sym"):
        assert name in text


def test_examples_of_a_generic_class_have_no_fields_of_the_native_protocol() -> None:
    examples = (Example(request='{"sym": "x"}'),)
    spec = module(router().model_copy(update={"examples": examples}))
    exported = export_documents(
        [Exportable(spec, render_channels(spec, native=False), {})],
        settings=read_settings({}),
        environment=running_environment(),
        root=ROOT,
        sources=(ROOT,),
    )
    assert exported.diagnostics == ()
    messages = messages_of(exported.documents["asyncapi"])
    (asked,) = messages["bars.subscribe"]["examples"]
    assert asked["payload"] == {"type": "bars.subscribe", "payload": {"sym": "x"}}


def test_a_command_is_a_question_with_a_key_and_its_answer() -> None:
    command = CommandSpec(
        class_name="PlaceOrder",
        command="orders.place",
        request=ref("Request"),
        response=TypeRef(name="list", args=(ref("Bar"),)),
        errors=("OrderRejected",),
        summary="Place an order.",
        tags=("orders",),
    )
    document = json.loads(render_channels(module(router(), commands=(command,))))
    assert official_errors(document) == []
    messages = messages_of(document)
    asked = messages["orders.place"]["payload"]["properties"]
    assert set(asked) == {"type", "payload", "id", "key"}
    assert asked["payload"]["x-python-type"] == "tests.asyncapi.models:Request"
    answered = messages["orders.place.response"]["payload"]["properties"]
    assert answered["payload"]["x-python-type"] == "list[tests.asyncapi.models:Bar]"
    operation = document["operations"]["datafeedOrdersPlaceCommand"]
    assert operation["x-errors"] == {"order_rejected": "Declared as `OrderRejected`."}
    assert operation["x-command"] == "PlaceOrder"
    assert [item["$ref"].rpartition("/")[2] for item in operation["reply"]["messages"]] == [
        "DatafeedOrdersPlaceCommandResponseMessage",
        "ErrorMessage",
    ]
