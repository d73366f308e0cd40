"""`hello` by a client of an app: the answer, the contract, and that founding clients see nothing of it."""

import asyncio
import json
import math
import threading
from typing import Any

import pytest
from pydantic import create_model
from tests.runtime.services import AAPL, Bar, BarRequest, BarRouter, Recorder

from wsgen_runtime import Limits, WsApp, WsRouter
from wsgen_runtime.documents.contract_digest import contract_of
from wsgen_runtime.documents.http import describe_app
from wsgen_runtime.testing import WsTestClient, connect


def app_with(**options: Any) -> WsApp:  # as those of WsApp
    return WsApp(routers=[BarRouter(service=Recorder())], **options)


async def greet(client: WsTestClient, *features: str) -> dict[str, Any]:  # as Frame
    payload = {"version": 1, "features": features}
    await client.send({"type": "hello", "payload": payload, "id": "h"})
    return await client.receive()


async def test_the_answer_says_what_the_server_can_do_and_its_limits() -> None:
    app = app_with()
    async with connect(app) as client:
        answer = await greet(client)
        assert (answer["type"], answer["id"]) == ("hello", "h")
        payload = answer["payload"]
        assert payload["version"] == 1
        assert payload["features"] == ["positions", "snapshot", "keys", "renewal"]
        assert payload["limits"] == {
            "frames_per_second": 100.0,
            "frame_burst": 1000,
            "subscriptions": 256,
            "idempotency": 600.0,
        }


async def test_a_limit_that_does_not_exist_is_absent() -> None:
    limits = Limits(frames_per_second=None, subscriptions=None, heartbeat=math.inf, idempotency=5.0)
    async with connect(app_with(limits=limits)) as client:
        answer = await greet(client)
        assert answer["payload"]["limits"] == {"frame_burst": 1000, "idempotency": 5.0}
    async with connect(app_with(limits=Limits(heartbeat=45.0))) as client:
        answer = await greet(client)
        assert answer["payload"]["limits"]["heartbeat"] == 45.0


async def test_the_client_knows_what_was_agreed() -> None:
    app = app_with()
    async with connect(app) as client:
        (known,) = app.clients.values()
        assert (known.hello, known.positions) == (False, False)
        await greet(client, "positions", "renewal", "dancing")
        assert known.hello
        assert known.positions
        assert known.renewal
        assert not known.snapshots


async def test_frames_that_follow_hello_at_once_are_answered_after_it() -> None:
    async with connect(app_with()) as client:
        await client.send({"type": "hello", "payload": {"version": 1}, "id": 1})
        await client.send({"type": "ping", "id": 2})
        await client.send({"type": "bars.subscribe", "payload": AAPL, "id": 3})
        frames = [await client.receive() for _ in range(3)]
        assert [frame["id"] for frame in frames] == [1, 2, 3]


async def test_the_contract_is_the_digest_of_the_served_document() -> None:
    app = app_with(docs=False)
    async with connect(app) as client:
        contract = (await greet(client))["payload"]["contract"]
    assert contract == contract_of(describe_app(app, "/elsewhere"))
    assert len(contract) == 16


async def test_the_contract_is_computed_once_in_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    threads = []

    def described(app: WsApp, root: str, *, examples: bool) -> dict[str, Any]:  # as a document
        threads.append(threading.current_thread())
        return describe_app(app, root, examples=examples)

    monkeypatch.setattr("wsgen_runtime.documents.contract.describe_app", described)
    app = app_with()

    async def one() -> str:
        async with connect(app) as client:
            return str((await greet(client))["payload"]["contract"])

    contracts = await asyncio.gather(*(one() for _ in range(5)))
    assert len({*contracts, await one()}) == 1
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()


async def test_a_document_that_cannot_be_made_is_logged_and_has_no_contract(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(app: WsApp, root: str, *, examples: bool) -> dict[str, Any]:
        raise ZeroDivisionError("boom")

    monkeypatch.setattr("wsgen_runtime.documents.contract.describe_app", broken)
    async with connect(app_with()) as client:
        assert (await greet(client))["payload"]["contract"] == ""
    assert "boom" in caplog.text


def contract(data_type: Any, route: str = "bars", **options: Any) -> str:
    router = WsRouter(
        service=Recorder(), route=route, request_type=BarRequest, data_type=data_type, **options
    )
    return contract_of(describe_app(WsApp(routers=[router]), ""))


def test_only_what_a_client_depends_on_changes_the_contract() -> None:
    described = create_model("Bar", __doc__="The same, with a text.", close=(float, ...))
    other = create_model("Bar", close=(str, ...))
    assert contract(Bar) == contract(described) == contract(Bar, tags=["market"])
    assert len({contract(Bar), contract(other), contract(Bar, route="candles")}) == 3
    # A field may have the name of a text of a schema.
    titled, retitled = (create_model("Bar", title=(kind, ...)) for kind in (int, str))
    assert contract(titled) != contract(retitled)


async def test_a_client_without_hello_gets_the_frames_of_the_first_version() -> None:
    """`unknown_type`, without new fields, also for what only later clients send."""
    app = app_with(limits=Limits(subscriptions=1))
    answers = []
    async with connect(app) as client:
        texts = [
            '{"type":"bars.subscribe","payload":{"symbol":"A"},"id":1}',
            '{"type":"bars.subscribe","payload":{"symbol":"B"},"id":2}',
            '{"type":"authenticate","payload":{"token":"x"},"id":3}',
        ]
        for text in texts:
            await client.send_text(text)
            answers.append(await client.receive())
    topic = 'bars:{"resolution":"","symbol":"A"}'
    assert answers == [
        {
            "type": "bars.subscribe.response",
            "payload": {"status": "ok", "message": "Subscribed", "topic": topic},
            "id": 1,
        },
        {
            "type": "error",
            "payload": {
                "code": "too_many_subscriptions",
                "message": "Subscription limit reached: 1",
                "details": [],
            },
            "id": 2,
        },
        {
            "type": "error",
            "payload": {"code": "unknown_type", "message": "Unknown frame type", "details": []},
            "id": 3,
        },
    ]


async def test_after_hello_a_failure_of_the_data_source_says_when_to_ask_again() -> None:
    class Broken(Recorder):
        async def create_topic(self, topic: str, topic_update: object) -> None:
            raise ZeroDivisionError

    app = WsApp(routers=[BarRouter(service=Broken())])
    async with connect(app) as old, connect(app) as new:
        await greet(new)
        frames = []
        for client in (old, new):
            await client.send({"type": "bars.subscribe", "payload": AAPL, "id": 1})
            frames.append((await client.receive())["payload"])
    assert "retry_after" not in json.dumps(frames[0])
    assert frames[1] == {**frames[0], "retry_after": 1.0}
