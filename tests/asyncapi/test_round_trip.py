"""What the seven routers of specs/ send and are sent, held against the documents that are exported for them."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from specs.broker import ws_generated as broker
from specs.datafeed import ws_generated as datafeed
from tests.asyncapi.documents import Json, example_errors, frame_errors, messages_of
from tests.example.test_rendered_specs import DATA, REQUESTS, Recording

from wsgen.cli.main import run
from wsgen_runtime import ErrorCode, Limits, WsApp
from wsgen_runtime.asyncapi import describe
from wsgen_runtime.protocol.frames import status_frame
from wsgen_runtime.protocol.payloads import StatusPayload
from wsgen_runtime.protocol.positions import Position
from wsgen_runtime.testing import connect

MODULES = {"datafeed": ("bars", "quotes"), "broker": tuple(DATA)[2:]}
SHARED = {"ping", "pong", "error", "status"}
TO_GREETED = {"hello", "authenticate", "notice"}
# What only commands, a fast client and a failure get.
UNSEEN = {
    ErrorCode.KEYS_UNAVAILABLE,
    ErrorCode.KEY_REUSED,
    ErrorCode.OUTCOME_UNKNOWN,
    ErrorCode.UNAVAILABLE,
    ErrorCode.RATE_LIMITED,
    ErrorCode.INTERNAL,
}
OPTIONAL = {"epoch", "seq", "recovered", "code", "retry_after"}


@cache
def document_of(module: str) -> Json:
    """Return the document that is exported for a module of specs/."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "document.json"
        assert run(["asyncapi", "export", f"specs/{module}", "-o", str(file), "--quiet"]) == 0
        document: Json = json.loads(file.read_text("utf-8"))
    return document


def app_of(module: str, service: Recording) -> WsApp:
    package = {"datafeed": datafeed, "broker": broker}[module]
    routers = [getattr(package, name)(service=service) for name in package.__all__]
    return WsApp(
        routers=routers,
        authorize=lambda user, router, request: "forbidden" not in request.model_dump_json(),
        limits=Limits(subscriptions=1),
    )


async def converse(module: str, route: str, *, hello: bool) -> tuple[list[Json], list[Json]]:
    """Return what a client of `route` sent that is right, and all that it received, errors included."""
    app = app_of(module, Recording())
    received: list[Json] = []
    # The service sends two updates as soon as a topic exists.
    at_start = 1 if app.routers[route].delivery.overflow == "latest" else 2
    payload = REQUESTS[route]
    forbidden = json.loads(json.dumps(payload).replace("AAPL", "forbidden"))
    forbidden = json.loads(json.dumps(forbidden).replace("demo", "forbidden"))
    other = json.loads(json.dumps(payload).replace("AAPL", "MSFT").replace("demo", "other"))
    asked: list[Json] = [
        {"type": f"{route}.subscribe", "payload": payload, "id": 1},
        {"type": "ping", "id": None},
        {"type": f"{route}.unsubscribe", "payload": payload, "id": "left"},
        {"type": f"{route}.unsubscribe", "payload": payload},
        {"type": f"{route}.subscribe", "payload": forbidden, "id": 2},
        {"type": f"{route}.subscribe", "payload": payload},
        {"type": f"{route}.subscribe", "payload": other, "id": 3},
    ]
    wrong = ["{", '{"type": "nothing"}', f'{{"type": "{route}.subscribe", "payload": {{"x": 1}}}}']
    greeting: Json = {
        "type": "hello",
        "payload": {"version": 1, "features": ["positions"]},
        "id": 0,
    }
    if hello:
        asked[0]["since"] = {"epoch": "another", "seq": 7}
    async with connect(app) as client:

        async def until(kind: str, number: int = 1) -> None:
            while [frame["type"] for frame in received].count(kind) < number:
                received.append(await client.receive())

        if hello:
            asked.insert(0, greeting)
            await client.send(asked.pop(0))
            await until("hello")
        await client.send(asked[0])
        await until(
            f"{route}.update"
        )  # of those sent at the start, a route with `latest` delivers one
        for frame in asked[1:]:
            await client.send(frame)
        for text in wrong:
            await client.send_text(text)
        await until("error", 6)
        await until(f"{route}.update", 2 * at_start)
        if hello:
            await client.send(greeting)
            await until("error", 7)
            app._hub.stand(app.topics[0], Position("next", 3), (), continued=False)
            await until(f"{route}.reset")
            asked.append(greeting)
        app.cancel(app.topics[0], "maintenance")
        await until(f"{route}.unsubscribed")
    return asked, received


@pytest.mark.parametrize("hello", [False, True])
@pytest.mark.parametrize(
    ("module", "route"), [(module, route) for module in MODULES for route in MODULES[module]]
)
async def test_every_frame_is_the_documented_message_of_its_type(
    module: str, route: str, hello: bool
) -> None:
    document = document_of(module)
    asked, received = await converse(module, route, hello=hello)
    assert [(frame, frame_errors(document, frame)) for frame in [*asked, *received]] == [
        (frame, []) for frame in [*asked, *received]
    ]
    for frame in [*asked, *received]:
        for place in required(frame):
            assert frame_errors(document, without(frame, place)), (place, frame)
    codes = {frame["payload"]["code"] for frame in received if frame["type"] == "error"}
    once = set() if hello else {ErrorCode.UNEXPECTED_HELLO}
    assert codes == set(ErrorCode) - UNSEEN - once
    own = {name for name in messages_of(document) if name.startswith(f"{route}.")}
    seen = {frame["type"] for frame in [*asked, *received]}
    expected = own | SHARED - {"status"}
    assert seen == (expected | {"hello"} if hello else expected - {f"{route}.reset"})


@pytest.mark.parametrize("module", list(MODULES))
def test_there_is_no_message_but_those_of_the_routes_and_the_shared_ones(module: str) -> None:
    document = document_of(module)
    routes = {name.rpartition(".subscribe")[0] for name in messages_of(document)} - {""}
    assert routes == set(MODULES[module])
    assert {name for name in messages_of(document) if "." not in name} == SHARED | TO_GREETED
    for state in ("connected", "disconnected"):
        frame = json.loads(status_frame(StatusPayload(broker=state)))
        assert frame_errors(document, frame) == []
        assert frame_errors(document, {"type": "status", "payload": {}})


def required(frame: Json) -> Iterator[tuple[str, ...]]:
    """Yield the places of all fields of the envelope and of an update's or answer's content."""
    yield from ((key,) for key in frame if key not in ("id", "type", "since"))
    if frame["type"].endswith((".subscribe", ".unsubscribe")):
        return  # what a client may leave out of a request is the model's to say
    if frame["type"] == "hello":
        return
    optional = {"retry_after"} if frame["type"] == "error" else OPTIONAL
    for key, value in frame.get("payload", {}).items():
        if key in optional:
            continue
        yield ("payload", key)
        if frame["type"].endswith(".update") and key == "payload":
            yield from (("payload", "payload", name) for name in value)


def without(frame: Json, place: tuple[str, ...]) -> Json:
    copy: Json = json.loads(json.dumps(frame))
    target = copy
    for key in place[:-1]:
        target = target[key]
    del target[place[-1]]
    return copy


@pytest.mark.parametrize("module", MODULES)
def test_the_served_document_has_the_messages_and_examples_of_the_exported_one(module: str) -> None:
    exported = document_of(module)
    routers = app_of(module, Recording()).routers.values()
    served: Json = describe(routers, title="served", version="1")
    assert served["components"]["messages"] == exported["components"]["messages"]
    assert example_errors(exported) == []


@pytest.mark.parametrize("module", MODULES)
def test_each_operation_says_what_it_does_and_the_rest_is_said_once(module: str) -> None:
    document = document_of(module)
    for operation in document["operations"].values():
        assert operation["summary"]
        assert operation["description"]
    assert json.dumps(document).count("The server closes the socket with one of these codes") == 1
    assert "x-close-codes" in document
    assert not [item for item in document["components"]["messages"].values() if "tags" in item]
