"""Every kind of frame that the server sends is described by its AsyncAPI document."""

import json
import time

from tests.runtime.documented import validators_of
from tests.runtime.services import AAPL, AAPL_TOPIC, Bar, BarRouter, Recorder, until

from wsgen_runtime import Connection, Position, Session, WsApp
from wsgen_runtime.protocol.frames import reset_frame
from wsgen_runtime.testing import Frame, WsTestClient, connect


async def every_kind_of_frame(app: WsApp, service: Recorder, client: WsTestClient) -> list[Frame]:
    requests: list[Frame] = [
        {"type": "hello", "payload": {"version": 1, "features": ["renewal"]}, "id": 0},
        {"type": "ping", "id": 1},
        {"type": "ping"},
        {"type": "authenticate", "payload": {"token": "a"}, "id": 2},
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
    frames += [await client.receive() for _ in range(3)]
    async with connect(app, hello=True) as another:
        await another.receive()  # that the broker is away
        return [*frames, await another.receive()]


async def expiring(connection: Connection) -> Session:
    """Return a session that expires soon, and then others that do not."""
    return Session("ada", expires_at=None if connection.bearer_token else time.time() + 0.5)


async def test_every_frame_is_as_documented_and_every_documented_frame_is_sent() -> None:
    service = Recorder()
    app = WsApp(routers=[BarRouter(service=service)], authenticate=expiring)
    validators = validators_of(app.routers.values())
    async with connect(app) as client:
        frames = await every_kind_of_frame(app, service, client)
    # What follows a fault, and is sent to clients that have said hello.
    frames += [json.loads(reset_frame("bars", "bars:{}", Position("e", 3)))]
    for frame in frames:
        validators[frame["type"]].validate(frame)
    asked = {"bars.subscribe", "bars.unsubscribe", "ping"}
    assert {frame["type"] for frame in frames} == set(validators) - asked
