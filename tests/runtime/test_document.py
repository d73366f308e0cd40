"""Every kind of frame the server sends is in its AsyncAPI document, and looks as it says."""

from collections.abc import Mapping
from typing import Any

import jsonschema
from tests.runtime.services import AAPL, AAPL_TOPIC, Bar, BarRouter, Recorder, until

from wsgen_runtime import WsApp
from wsgen_runtime.asyncapi.describe import describe
from wsgen_runtime.testing import Frame, WsTestClient, connect


def schemas(app: WsApp) -> tuple[Mapping[str, Any], dict[str, str]]:  # JSON
    """Return the document and the reference to the schema of each message, by the frame's `type`."""
    document = describe(app.routers.values(), title="test", version="1.0.0")
    channels = document["channels"]
    assert isinstance(channels, dict)
    ((channel, content),) = channels.items()
    references = {
        message["payload"]["properties"]["type"]["const"]: (
            f"#/channels/{channel}/messages/{name.replace('/', '~1')}/payload"
        )
        for name, message in content["messages"].items()
    }
    return document, references


async def every_kind_of_frame(app: WsApp, service: Recorder, client: WsTestClient) -> list[Frame]:
    requests: list[Frame] = [
        {"type": "ping", "id": 1},
        {"type": "ping"},
        {"type": "bars.subscribe", "payload": AAPL, "id": "a"},
        {"type": "bars.unsubscribe", "payload": AAPL},
        {"type": "bars.unsubscribe", "payload": AAPL, "id": 3},
        {"type": "bars.subscribe", "payload": {"symbol": []}, "id": 4},
        {"type": "nonsense"},
    ]
    frames = []
    for request in requests:
        await client.send(request)
        frames.append(await client.receive())
    await client.send_text("[")
    frames.append(await client.receive())
    await until(lambda: app.topics == ())
    await client.subscribe("bars", AAPL)
    service.feeds[AAPL_TOPIC](Bar(close=1))
    app.cancel(AAPL_TOPIC, "enough")
    app._hub.report("disconnected")
    return [*frames, *[await client.receive() for _ in range(3)]]


async def test_every_frame_is_as_documented_and_every_documented_frame_is_sent() -> None:
    service = Recorder()
    app = WsApp(routers=[BarRouter(service=service)])
    document, references = schemas(app)
    async with connect(app) as client:
        frames = await every_kind_of_frame(app, service, client)
    for frame in frames:
        schema = {**document, "$ref": references[frame["type"]]}
        jsonschema.Draft202012Validator(schema).validate(frame)
    asked = {"bars.subscribe", "bars.unsubscribe", "ping"}
    assert {frame["type"] for frame in frames} == set(references) - asked
