"""Failures that clients can repeat do not fill the log."""

import json
import logging

import pytest
from pydantic import BaseModel, field_validator
from tests.runtime.services import BarRouter, Gated, Recorder

from wsgen_runtime import CloseCode, Connection, Limits, TopicUpdate, WsApp, WsRouter
from wsgen_runtime.testing import (
    ClosedByServerError,
    ErrorFrameError,
    RefusedByServerError,
    WsTestClient,
    connect,
)
from wsgen_runtime.user_code import failure_log as module
from wsgen_runtime.user_code.failure_log import FailureLog


class Raising(BaseModel):
    symbol: str

    @field_validator("symbol")
    @classmethod
    def fail(cls, value: str) -> str:
        raise ZeroDivisionError(value)


def raising_router() -> WsRouter:
    return WsRouter(service=Recorder(), route="bars", request_type=Raising, data_type=int)


def errors_of(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.levelno >= logging.ERROR]


def size_of_log(caplog: pytest.LogCaptureFixture) -> int:
    return sum(len(logging.Formatter().format(record)) for record in caplog.records)


async def ask(client: WsTestClient, count: int) -> None:
    for number in range(count):
        await client.send({"type": "bars.subscribe", "payload": {"symbol": f"S{number}"}})


async def test_frames_that_make_user_code_raise_count_as_bad_after_many_repeats(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = WsApp(routers=[raising_router()], limits=Limits(bad_frames=5))
    async with connect(app) as client:
        await ask(client, 1_000)
        for _ in range(25):
            assert (await client.receive())["payload"]["code"] == "internal"
        with pytest.raises(ClosedByServerError) as closed:
            await client.receive()
    assert closed.value.code == CloseCode.POLICY_VIOLATION
    assert app.stats.failures == 25
    assert [record.exc_info is not None for record in errors_of(caplog)] == [True, False]
    assert "10 more times" in caplog.text


async def test_a_served_frame_resets_the_count_of_bad_frames() -> None:
    app = WsApp(routers=[raising_router()], limits=Limits(bad_frames=5))
    async with connect(app) as client:
        for _ in range(5):
            await ask(client, 20)
            for _ in range(20):
                assert (await client.receive())["payload"]["code"] == "internal"
            await client.send({"type": "ping"})
            assert await client.receive() == {"type": "pong"}


async def test_services_that_fail_for_every_request_of_a_client_fill_no_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Failing(Gated):
        async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
            raise LookupError(topic)

    app = WsApp(routers=[BarRouter(service=Failing())])
    async with connect(app) as client:
        for number in range(200):
            with pytest.raises(ErrorFrameError, match="internal"):
                await client.subscribe("bars", {"symbol": f"S{number}"})
    assert app.stats.failures == 200
    assert len(errors_of(caplog)) == 3  # the first, the 10th and the 100th after it
    assert size_of_log(caplog) < 10_000


async def test_strangers_who_make_authenticate_raise_fill_no_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def authenticate(connection: Connection) -> str:
        return str(json.loads(connection.query_params["token"])["user"])

    app = WsApp(routers=[], authenticate=authenticate)
    for _ in range(50):
        with pytest.raises(RefusedByServerError, match="403"):
            async with connect(app):
                pass
    assert len(errors_of(caplog)) == 2
    assert size_of_log(caplog) < 10_000


class Clock:
    now = 0.0

    def monotonic(self) -> float:
        return self.now


def fail_in_one_place(text: str) -> Exception:
    try:
        raise ValueError(text)
    except ValueError as error:
        return error


def fail_in_another() -> Exception:
    try:
        raise ValueError("x")
    except ValueError as error:
        return error


def test_failures_are_equal_by_their_lines_of_code_and_not_by_their_messages(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    log = FailureLog()
    for number in range(5):
        log.note("it failed", fail_in_one_place(f"text {number}"), context={"client": number})
    log.note("it failed", fail_in_another())
    log.note("another failed", fail_in_another())
    assert [(r.getMessage(), r.exc_info is not None) for r in caplog.records] == [
        ("it failed", True),
        ("it failed", True),
        ("another failed", True),
    ]
    caplog.clear()
    clock.now = 60.0
    log.note("it failed", fail_in_one_place("late"))
    (record,) = caplog.records
    assert record.getMessage() == "it failed (4 more times since it was last logged)"
    assert record.exc_info


def test_the_number_of_remembered_failures_is_limited() -> None:
    log = FailureLog()
    for number in range(1_000):
        log.note(f"failure {number}")
    assert len(log._known) == 100
