"""ServiceError: what it may hold, and where a service may raise it."""

import pickle
import time

import pytest
from tests.runtime.brokers.redis.redis_apps import Process, close_of, running
from tests.runtime.redis_server import RedisServer
from tests.runtime.services import AAPL, AAPL_TOPIC, BarRequest, BarRouter, Gated, Recorder, until

from wsgen_runtime import ErrorDetail, Limits, ServiceError, Session, WsApp
from wsgen_runtime.protocol.reasons import FAILED, Reason, read_reason, reason_text
from wsgen_runtime.testing import ErrorFrameError, connect

PLACE = {"loc": ("payload", "symbol"), "message": "Unknown", "type": "unknown_symbol"}


def test_details_may_be_mappings_and_a_copy_is_complete() -> None:
    error = ServiceError("no", code="not_found", details=[PLACE], retry_after=2)
    assert error.details == (ErrorDetail.model_validate(PLACE),)
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.code, copy.details, copy.retry_after) == (
        "no",
        "not_found",
        error.details,
        2,
    )


@pytest.mark.parametrize(
    ("message", "code", "more"),
    [
        ("no", "Not_Found", {}),
        ("no", "", {}),
        ("no", "a" * 65, {}),
        ("no", "a\n", {}),
        ("\ud800", "not_found", {}),
        ("no", "not_found", {"retry_after": -1}),
        ("no", "not_found", {"retry_after": float("nan")}),
        ("no", "not_found", {"details": [{"loc": ()}]}),
    ],
)
def test_what_no_frame_can_carry_is_refused_where_it_is_raised(
    message: str, code: str, more: dict[str, float]
) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of several classes
        ServiceError(message, code=code, **more)  # type: ignore[arg-type] # as careless code does


async def test_create_topic_may_refuse_and_that_is_no_failure(
    caplog: pytest.LogCaptureFixture,
) -> None:
    service = Gated()
    service.create_gate.set()
    service.error = ServiceError("unknown symbol", code="not_found", details=[PLACE], retry_after=5)
    app = WsApp(routers=[BarRouter(service=service)])
    async with connect(app) as client:
        for hello in (False, True):
            for each in app.clients.values():
                each.hello = hello
            with pytest.raises(ErrorFrameError) as caught:
                await client.subscribe("bars", AAPL)
            assert caught.value.payload == {
                "code": "not_found",
                "message": "unknown symbol",
                "details": [{**PLACE, "loc": ["payload", "symbol"]}],
                **({"retry_after": 5.0} if hello else {}),
            }
        assert (app.stats.refusals, app.stats.failures, app.stats.errors) == (2, 0, 2)
    assert caplog.text == ""


async def test_authorize_may_refuse_with_a_code_of_its_own() -> None:
    paid = [True, False]

    async def authorize(_: object, __: object, request: BarRequest) -> bool:
        if request.symbol == "MSFT" or not paid.pop(0):
            raise ServiceError("payment is due", code="payment_required")
        return True

    async def authenticate(_: object) -> Session:
        return Session("ada", expires_at=time.time() + 0.3 if len(paid) == 2 else None)

    app = WsApp(
        routers=[BarRouter(service=Recorder())], authorize=authorize, authenticate=authenticate
    )
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        with pytest.raises(ErrorFrameError, match="payment_required: payment is due"):
            await client.subscribe("bars", {"symbol": "MSFT"})
        assert await client.receive() == {
            "type": "bars.unsubscribed",
            "payload": {"topic": AAPL_TOPIC, "reason": "payment is due"},
        }
        assert (app.stats.refusals, app.stats.failures) == (2, 0)


async def test_a_create_topic_that_does_not_return_is_named_with_what_to_do(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wsgen_runtime.user_code.slow_calls._SLOW", 0.01)
    app = WsApp(routers=[BarRouter(service=Gated())], limits=Limits(service_timeout=0.05))
    async with connect(app) as client:
        with pytest.raises(ErrorFrameError, match="internal"):
            await client.subscribe("bars", AAPL)
    slow, given_up = caplog.messages
    assert slow == (
        "create_topic of the route bars has not returned after 0.01 seconds, and subscribers wait for it: start"
        " long work in a task of its own, and return"
    )
    assert given_up == (
        "a topic of the route bars failed to start in time; start long work in a task of its own, and return"
    )
    assert "it did not return within 0.05 seconds" in caplog.text


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("over", '"over"'),
        (Reason("over", "ended"), '"over"'),
        (Reason(FAILED, "internal", 1.0), f'"{FAILED}"'),
        (Reason("closed", "market_closed"), '["closed", "market_closed", null]'),
        (Reason("closed", "market_closed", 60), '["closed", "market_closed", 60]'),
    ],
)
def test_reasons_travel_as_text_and_with_a_code_if_they_need_one(reason: str, text: str) -> None:
    assert reason_text(reason) == text
    read = read_reason(text)
    assert read == reason
    assert Reason.of(read).code == Reason.of(reason).code
    assert Reason.of(read).retry_after == Reason.of(reason).retry_after


@pytest.mark.parametrize(
    "text",
    ["1", '["a"]', '["a", "B", null]', '["a", "b", true]', '["a", "b", -1]', '["a", "b", NaN]'],
)
def test_what_is_no_reason_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="its"):
        read_reason(text)


async def test_on_redis_the_code_of_an_end_reaches_all_processes(server: RedisServer) -> None:
    one, two = Process(server.url), Process(server.url)
    async with running(one, two), connect(one.app) as here, connect(two.app) as there:
        for process, client in ((one, here), (two, there)):
            await client.subscribe("bars", AAPL)
            for each in process.app.clients.values():
                each.hello = True
        one.produce(1)
        one.service.feeds[AAPL_TOPIC].fail(
            ServiceError("closed", code="market_closed", retry_after=60)
        )
        for client in (here, there):
            assert await close_of(client) == 1
            assert (await client.receive())["payload"] == {
                "topic": AAPL_TOPIC,
                "reason": "closed",
                "code": "market_closed",
                "retry_after": 60.0,
            }
        await until(lambda: one.app.topics == two.app.topics == ())
        assert (one.app.stats.refusals, one.app.stats.failures) == (1, 0)
