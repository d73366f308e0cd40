"""Commands are answered, in order, within limits, and with clear errors."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.runtime.orders import Commands, NewOrder, OrderAck, OrderRejected, Orders, app_of
from tests.runtime.services import BarRouter, Recorder, until

from wsgen_runtime import (
    Command,
    CommandContext,
    ErrorDetail,
    Limits,
    ServiceError,
    Session,
    WsApp,
    WsCommands,
)
from wsgen_runtime.testing import ErrorFrameError, WsTestClient, connect

ORDER = {"symbol": "AAPL"}


async def refusal(client: WsTestClient, payload: object = ORDER, **more: str) -> dict[str, object]:
    with pytest.raises(ErrorFrameError) as caught:
        await client.command("orders.place", payload, **more)  # type: ignore[arg-type]
    return caught.value.payload


async def test_a_command_is_answered_with_its_response_and_its_id() -> None:
    orders = Orders()
    app = app_of(orders)
    async with app.lifespan(), connect(app, query={"user": "ann"}) as client:
        await client.send({"type": "orders.place", "payload": ORDER, "id": 7})
        assert await client.receive() == {
            "type": "orders.place.response",
            "payload": {"number": 1, "note": None},
            "id": 7,
        }
        await client.send({"type": "orders.place", "payload": ORDER})
        assert await client.receive() == {
            "type": "orders.place.response",
            "payload": {"number": 2, "note": None},
        }
        assert orders.contexts[0].user == orders.contexts[0].user_id == "ann"
        assert orders.contexts[0].key is None
        assert app.stats.commands == 2


async def test_commands_are_answered_in_the_order_asked_without_blocking_the_rest() -> None:
    orders = Orders()
    orders.gate.clear()
    app = WsApp(routers=[BarRouter(service=Recorder())], commands=Commands(orders))
    async with app.lifespan(), connect(app) as client:
        for number in range(3):
            await client.send({"type": "orders.place", "payload": ORDER, "id": number})
        await client.subscribe("bars", ORDER)
        assert len(orders.done) == 1
        orders.gate.set()
        answers = [await client.receive() for _ in range(3)]
        assert [(it["id"], it["payload"]["number"]) for it in answers] == [(0, 1), (1, 2), (2, 3)]


async def test_declared_errors_and_others_of_a_service_are_answers() -> None:
    orders = Orders()
    app = app_of(orders)
    async with app.lifespan(), connect(app) as client:
        detail = ErrorDetail(loc=("payload", "quantity"), message="Too many", type="limit")
        orders.error = OrderRejected("Not enough money", details=[detail])
        assert await refusal(client) == {
            "code": "order_rejected",
            "message": "Not enough money",
            "details": [{"loc": ["payload", "quantity"], "message": "Too many", "type": "limit"}],
        }
        orders.error = ServiceError("Closed", code="closed", retry_after=60)
        assert await refusal(client) == {"code": "closed", "message": "Closed", "details": []}
    async with app.lifespan(), connect(app) as client:
        await client.send({"type": "hello", "payload": {"version": 1}})
        assert "keys" in (await client.receive())["payload"]["features"]
        assert (await refusal(client))["retry_after"] == 60
        assert app.stats.failures == 0


async def test_failures_of_a_service_are_logged_and_not_shown(
    caplog: pytest.LogCaptureFixture,
) -> None:
    orders = Orders()
    app = app_of(orders)
    async with app.lifespan(), connect(app) as client:
        orders.error = RuntimeError("secret")
        assert await refusal(client) == {
            "code": "internal",
            "message": "Internal server error",
            "details": [],
        }
        assert "orders.place: a command failed" in caplog.text
        assert app.stats.failures == 1


class Panic(BaseException):
    """As libraries in Rust raise, which are used by way of PyO3."""


@pytest.mark.parametrize("more", [{}, {"key": "k"}])
async def test_a_panic_of_a_library_is_answered_and_what_follows_too(more: dict[str, str]) -> None:
    async def run(request: NewOrder, context: CommandContext) -> OrderAck:
        if request.quantity == 0:
            raise Panic
        return OrderAck(number=1)

    command = Command(name="orders.place", request_type=NewOrder, response_type=OrderAck, run=run)
    app = WsApp(
        commands=WsCommands(command), authenticate=lambda connection: Session("ann", id="ann")
    )
    async with app.lifespan(), connect(app) as client:
        assert (await refusal(client, {**ORDER, "quantity": 0}, **more))["code"] == "internal"
        assert await client.command("orders.place", ORDER) == {"number": 1, "note": None}


async def test_a_command_that_takes_too_long_fails(caplog: pytest.LogCaptureFixture) -> None:
    orders = Orders()
    orders.gate.clear()
    app = app_of(orders, command_timeout=0.01)
    async with app.lifespan(), connect(app) as client:
        assert (await refusal(client))["code"] == "internal"
        assert "orders.place: a command did not return within 0.01 s" in caplog.text


@pytest.mark.parametrize("response", [OrderAck(number=1, note="x" * 1000), {"number": "no"}])
async def test_a_wrong_or_too_large_response_is_a_failure(response: object) -> None:
    async def run(request: object, context: CommandContext) -> object:
        return response

    template = Commands(Orders()).commands[0]
    command = Command(
        name="orders.place",
        request_type=template.request_type,
        response_type=template.response_type,
        run=run,
    )
    app = WsApp(commands=[WsCommands(command)], limits=Limits(response_bytes=500))
    async with app.lifespan(), connect(app) as client:
        assert (await refusal(client))["code"] == "internal"
        assert app.stats.failures == 1


async def test_authorize_gets_the_command_and_its_request() -> None:
    asked: list[tuple[object, ...]] = []

    def authorize(user: object, command: Command, request: object) -> bool:
        asked.append((user, command.name, request))
        return len(asked) > 1

    orders = Orders()
    app = app_of(orders, authorize=authorize)
    async with app.lifespan(), connect(app, query={"user": "ann"}) as client:
        assert (await refusal(client, key="k"))["code"] == "unauthorized"
        assert orders.done == []
        # Nothing was done, so that the same key may be used again.
        assert (await client.command("orders.place", ORDER, key="k"))["number"] == 1
        assert asked[0][:2] == ("ann", "orders.place")


async def test_authorize_may_return_the_request_to_carry_out() -> None:
    def authorize(user: object, command: Command, request: NewOrder) -> NewOrder:
        return NewOrder(symbol=f"{user}'s {request.symbol}")

    orders = Orders()
    app = app_of(orders, authorize=authorize)
    async with app.lifespan(), connect(app, query={"user": "ann"}) as client:
        await client.command("orders.place", ORDER, key="k")
        await client.command("orders.place", ORDER, key="k")
    assert orders.done == [NewOrder(symbol="ann's AAPL")]


@pytest.mark.parametrize(
    ("frame", "code", "loc"),
    [
        ({"payload": {}}, "invalid_payload", ["payload", "symbol"]),
        ({"payload": ORDER, "key": ""}, "invalid_payload", ["key"]),
        ({"payload": ORDER, "key": "x" * 129}, "invalid_payload", ["key"]),
        ({"payload": ORDER, "key": 1}, "invalid_payload", ["key"]),
        ({"payload": ORDER, "id": []}, "invalid_payload", ["id"]),
        ({"type": "orders.plac", "payload": ORDER}, "unknown_type", None),
        ({"type": "orders.place.subscribe", "payload": ORDER}, "unknown_type", None),
    ],
)
async def test_wrong_frames_are_refused(
    frame: dict[str, object], code: str, loc: list[str] | None
) -> None:
    app = app_of(Orders())
    async with app.lifespan(), connect(app, query={"user": "ann"}) as client:
        await client.send({"type": "orders.place", **frame})
        payload = (await client.receive())["payload"]
        assert payload["code"] == code
        assert [detail["loc"] for detail in payload["details"]] == ([] if loc is None else [loc])


async def test_waiting_commands_are_limited() -> None:
    orders = Orders()
    orders.gate.clear()
    app = app_of(orders, limits=Limits(commands=2, pending_commands=3, shutdown_timeout=1))
    async with app.lifespan(), connect(app) as one, connect(app) as other:
        for client in (one, one, other):
            await client.send({"type": "orders.place", "payload": ORDER, "id": 1})
        assert (await refusal(one))["code"] == "unavailable"
        assert (await refusal(other))["code"] == "unavailable"
        orders.gate.set()
        assert {(await client.receive())["payload"]["number"] for client in (one, one, other)} == {
            1,
            2,
            3,
        }
        assert (await other.command("orders.place", ORDER))["number"] == 4


async def test_the_size_of_waiting_commands_is_limited() -> None:
    orders = Orders()
    orders.gate.clear()
    app = app_of(orders, limits=Limits(pending_commands_bytes=1_000, shutdown_timeout=1))
    async with app.lifespan():
        async with connect(app) as one, connect(app) as other:
            long = {**ORDER, "symbol": "A" * 600}
            await one.send({"type": "orders.place", "payload": long, "id": 1})
            assert (await refusal(other, long))["code"] == "unavailable"
            await other.send({"type": "orders.place", "payload": ORDER, "id": 1})
            orders.gate.set()
            for client in (one, other):
                assert (await client.receive())["type"] == "orders.place.response"
            for _ in range(3):  # what was counted is given back
                await other.command("orders.place", long)
        orders.gate.clear()
        async with connect(app) as one:  # also of a client that goes
            for number in range(4):
                await one.send({"type": "orders.place", "payload": ORDER, "id": number})
        orders.gate.set()
        async with connect(app) as other:
            await until(lambda: app._desk._waiting == 0)
            await other.command("orders.place", long)
        assert (app._desk._waiting, app._desk._bytes) == (0, 0)


async def test_without_a_key_what_waits_is_dropped_with_the_connection() -> None:
    orders = Orders()
    orders.gate.clear()
    app = app_of(orders)
    async with app.lifespan():
        async with connect(app) as client:
            for _ in range(3):
                await client.send({"type": "orders.place", "payload": ORDER})
            await orders.begun.wait()
        orders.gate.set()
        async with connect(app) as client:
            assert (await client.command("orders.place", ORDER))["number"] == 2


async def test_a_shutdown_waits_for_what_is_being_carried_out() -> None:
    orders = Orders()
    orders.gate.clear()
    app = app_of(orders)
    async with app.lifespan(), connect(app) as client:
        await client.send({"type": "orders.place", "payload": ORDER, "id": 1})
        await client.send({"type": "orders.place", "payload": ORDER, "id": 2})
        await orders.begun.wait()
        stopping = asyncio.create_task(app.shutdown())
        while not app._desk.stopping:  # noqa: ASYNC110 - an event for tests only would be too much
            await asyncio.sleep(0)
        orders.gate.set()
        assert (await client.receive())["payload"]["number"] == 1
        assert (await client.receive())["payload"]["code"] == "unavailable"
        await stopping
    assert len(orders.done) == 1


def test_names_must_be_free() -> None:
    def named(*names: str) -> WsCommands:
        template = Commands(Orders()).commands[0]
        return WsCommands(
            *(
                Command(
                    name=name,
                    request_type=template.request_type,
                    response_type=template.response_type,
                    run=template.run,
                )
                for name in names
            )
        )

    with pytest.raises(ValueError, match="two commands have the name 'a'"):
        WsApp(commands=[named("a"), named("a")])
    for name in ("hello", "pong", "orders.subscribe", "orders.response", "update"):
        with pytest.raises(ValueError, match="cannot have this name"):
            WsApp(commands=named(name))
    with pytest.raises(ValueError, match="a route has it"):
        WsApp(routers=[BarRouter(service=Recorder())], commands=named("bars"))
    with pytest.raises(TypeError, match="must be generated ones"):
        WsApp(commands=[object()])  # type: ignore[list-item] # it is what is tested
    with pytest.raises(ValueError, match="must not be empty"):
        named("")


def test_a_generator_cannot_be_a_command() -> None:
    async def wrong(request: object, context: CommandContext) -> AsyncIterator[int]:
        yield 1

    template = Commands(Orders()).commands[0]
    with pytest.raises(TypeError, match="contains `yield`"):
        Command(
            name="orders.place",
            request_type=template.request_type,
            response_type=template.response_type,
            run=wrong,  # type: ignore[arg-type] # it is what is tested
        )


@pytest.mark.parametrize("kind", [int, 5, NewOrder | OrderAck, "NewOrder"])
def test_the_request_of_a_command_is_a_model(kind: Any) -> None:  # it is what is tested
    with pytest.raises(TypeError, match=r"orders\.place: a request must be a pydantic model"):
        Command(name="orders.place", request_type=kind, response_type=int, run=_carry_out)


async def _carry_out(request: object, context: CommandContext) -> int:
    return 1
