"""`authorize` may return another request to subscribe with: the account of the user, say."""

import logging
import time
from collections.abc import Callable

import pytest
from pydantic import BaseModel
from tests.runtime.services import Bar, BarRequest, BarRouter, Recorder, until

from wsgen_runtime import Connection, Limits, Session, WsApp, WsRouter
from wsgen_runtime.testing import ErrorFrameError, connect

MINE, ALSO_MINE = {"symbol": "mine"}, {"symbol": "me"}
ADA = {"symbol": "ada"}


def topic_of(symbol: str) -> str:
    return f'bars:{{"resolution":"","symbol":"{symbol}"}}'


async def own(user: object, router: WsRouter, request: BaseModel) -> BaseModel | bool:
    """Let everybody see what is theirs, by several names."""
    assert isinstance(request, BarRequest)
    if request.symbol in ("mine", "me"):
        return request.model_copy(update={"symbol": str(user)})
    return request.symbol == user


def app_with(
    service: Recorder | None = None, *, authorize: Callable[..., object] = own, **options: object
) -> WsApp:
    return WsApp(
        routers=[BarRouter(service=service or Recorder())],
        authenticate=lambda connection: Session("ada"),
        authorize=authorize,  # type: ignore[arg-type] # as the test has it
        **options,  # type: ignore[arg-type] # checked where it is written
    )


async def refusal(client_call: Callable[[], object]) -> str:
    with pytest.raises(ErrorFrameError) as caught:
        await client_call()  # type: ignore[misc] # a coroutine function
    return caught.value.code


async def test_the_topic_is_that_of_the_returned_request() -> None:
    service = Recorder()
    app = app_with(service)
    async with connect(app) as client:
        answer = await client.subscribe("bars", MINE)
        assert answer["topic"] == topic_of("ada")
        assert service.log == [("create", topic_of("ada"))]
        service.feeds[topic_of("ada")](Bar(close=1))
        assert (await client.receive())["payload"]["topic"] == topic_of("ada")


async def test_unsubscribe_takes_the_request_that_was_asked() -> None:
    app = app_with()
    async with connect(app) as client:
        await client.subscribe("bars", MINE)
        answer = await client.unsubscribe("bars", MINE)
        assert answer["topic"] == topic_of("ada")
        await until(lambda: app.topics == ())
        assert await refusal(lambda: client.unsubscribe("bars", MINE)) == "not_subscribed"


@pytest.mark.parametrize("last", [MINE, ALSO_MINE, ADA])
async def test_several_names_of_one_topic_are_one_subscription(last: dict[str, str]) -> None:
    app = app_with()
    async with connect(app) as client:
        for request in (MINE, ALSO_MINE, ADA):
            await client.subscribe("bars", request)
        assert app.topics == (topic_of("ada"),)
        await client.unsubscribe("bars", last)
        await until(lambda: app.topics == ())
        for request in (MINE, ALSO_MINE, ADA):
            assert await refusal(lambda it=request: client.unsubscribe("bars", it)) == (  # type: ignore[misc] # bound now
                "not_subscribed"
            )


async def test_a_request_that_authorize_has_changed_in_place_counts_as_returned() -> None:
    def authorize(user: object, router: WsRouter, request: BarRequest) -> BarRequest:
        request.symbol = str(user)
        return request

    app = app_with(authorize=authorize)
    async with connect(app) as client:
        assert (await client.subscribe("bars", MINE))["topic"] == topic_of("ada")
        await client.unsubscribe("bars", MINE)


@pytest.mark.parametrize("answer", [Bar(close=1), {"symbol": "x"}, "x", None, 1, BarRequest])
async def test_any_other_answer_is_logged_and_refused(
    answer: object, caplog: pytest.LogCaptureFixture
) -> None:
    app = app_with(authorize=lambda *_: answer)
    with caplog.at_level(logging.ERROR):
        async with connect(app) as client:
            assert await refusal(lambda: client.subscribe("bars", MINE)) == "unauthorized"
    assert "instead of True, False or a `BarRequest`" in caplog.text


async def test_a_subclass_of_the_request_is_another_type() -> None:
    class Larger(BarRequest):
        account: str = ""

    app = app_with(authorize=lambda *_: Larger(symbol="x"))
    async with connect(app) as client:
        assert await refusal(lambda: client.subscribe("bars", MINE)) == "unauthorized"


async def test_the_limits_apply_to_the_topic_that_is_served() -> None:
    app = app_with(limits=Limits(topic_bytes=60), authorize=lambda *_: BarRequest(symbol="x" * 60))
    async with connect(app) as client:
        assert await refusal(lambda: client.subscribe("bars", MINE)) == "invalid_payload"


async def test_the_names_that_a_client_makes_up_are_bounded() -> None:
    app = app_with(authorize=lambda *_: BarRequest(symbol="one"))
    async with connect(app, hello=True) as client:
        for number in range(100):
            await client.subscribe("bars", {"symbol": str(number)})
        await client.unsubscribe("bars", {"symbol": "99"})
        await until(lambda: app.topics == ())


async def test_a_renewal_whose_answer_differs_ends_the_subscription() -> None:
    sessions: list[Session] = []

    def authenticate(connection: Connection) -> Session:
        name = "eve" if connection.bearer_token else "ada"
        sessions.append(Session(name, expires_at=time.time() + 1e6))
        return sessions[-1]

    app = WsApp(routers=[BarRouter(service=Recorder())], authenticate=authenticate, authorize=own)
    async with connect(app, hello=True) as client:
        await client.subscribe("bars", MINE)
        await client.authenticate("eve")
        ended = await client.receive()
        assert ended["type"] == "bars.unsubscribed"
        assert ended["payload"] == {
            "topic": topic_of("ada"),
            "reason": "Subscription changed",
            "code": "changed",
            "retry_after": 1.0,
        }
        assert (await client.subscribe("bars", MINE))["topic"] == topic_of("eve")


async def test_a_renewal_with_the_same_answer_keeps_the_subscription() -> None:
    app = app_with()
    async with connect(app, hello=True) as client:
        await client.subscribe("bars", MINE)
        await client.authenticate("x")
        await client.unsubscribe("bars", MINE)
