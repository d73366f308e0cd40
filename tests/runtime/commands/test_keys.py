"""Commands with a key are carried out at most once, however often they are asked for."""

import asyncio

import pytest
from tests.runtime.commands.test_commands import ORDER, refusal
from tests.runtime.orders import Orders, app_of, by_user

from wsgen_runtime import Connection, Limits, MemoryBroker, ServiceError, Session
from wsgen_runtime.testing import connect

ANN = {"user": "ann"}


async def test_asked_again_a_command_has_the_same_answer() -> None:
    orders = Orders()
    app = app_of(orders)
    async with app.lifespan():
        async with connect(app, query=ANN) as client:
            first = await client.command("orders.place", ORDER, key="k")
        async with connect(app, query=ANN) as client:
            assert await client.command("orders.place", ORDER, key="k") == first
            assert await client.command("orders.place", dict(ORDER), key="other") != first
    assert [context.key for context in orders.contexts] == ["k", "other"]
    assert app.stats.keys == 2


async def test_whoever_asks_while_it_runs_waits_for_the_same_answer() -> None:
    orders = Orders()
    orders.gate.clear()
    app = app_of(orders)
    async with app.lifespan(), connect(app, query=ANN) as one, connect(app, query=ANN) as other:
        asking = [
            asyncio.create_task(client.command("orders.place", ORDER, key="k"))
            for client in (one, other)
        ]
        await orders.begun.wait()
        orders.gate.set()
        assert [answer["number"] for answer in await asyncio.gather(*asking)] == [1, 1]


async def test_a_command_outlives_its_connection() -> None:
    orders = Orders()
    orders.gate.clear()
    app = app_of(orders)
    async with app.lifespan():
        async with connect(app, query=ANN) as client:
            for key in ("k", "l"):
                await client.send({"type": "orders.place", "payload": ORDER, "key": key})
            await orders.begun.wait()
        orders.gate.set()
        async with connect(app, query=ANN) as client:
            assert (await client.command("orders.place", ORDER, key="k"))["number"] == 1
            assert (await client.command("orders.place", ORDER, key="l"))["number"] == 2
    assert len(orders.done) == 2


async def test_what_the_server_closes_is_not_carried_out_any_more() -> None:
    orders = Orders()
    orders.gate.clear()
    app = app_of(orders)
    async with app.lifespan():
        async with connect(app, query=ANN) as client:
            for key in ("k", "l"):
                await client.send({"type": "orders.place", "payload": ORDER, "key": key})
            await orders.begun.wait()
            for number in app.clients:
                app.disconnect(number)
        orders.gate.set()
        async with connect(app, query=ANN) as client:
            assert (await client.command("orders.place", ORDER, key="k"))["number"] == 1
    assert len(orders.done) == 1


async def test_a_key_belongs_to_one_payload_and_one_user() -> None:
    orders = Orders()
    app = app_of(orders)
    async with app.lifespan():
        async with connect(app, query=ANN) as client:
            await client.command("orders.place", {"symbol": "A", "quantity": 2}, key="k")
            # The order of the keys of the payload does not matter.
            await client.command("orders.place", {"quantity": 2, "symbol": "A"}, key="k")
            assert (await refusal(client, {"symbol": "B"}, key="k"))["code"] == "key_reused"
        async with connect(app, query={"user": "bob"}) as client:
            assert (await client.command("orders.place", ORDER, key="k"))["number"] == 2


async def test_a_key_needs_a_user_with_an_id() -> None:
    orders = Orders()
    app = app_of(orders)
    async with app.lifespan(), connect(app) as client:
        payload = await refusal(client, key="k")
        assert payload["code"] == "keys_unavailable"
        assert "retry_after" not in payload
        assert orders.done == []
        await client.command("orders.place", ORDER)


async def test_a_shared_broker_without_keys_refuses_them() -> None:
    class Shared(MemoryBroker):
        shared = True

    app = app_of(Orders(), broker=Shared())
    async with app.lifespan(), connect(app, query=ANN) as client:
        assert (await refusal(client, key="k"))["code"] == "keys_unavailable"


@pytest.mark.parametrize(
    ("error", "code", "done"),
    [
        (RuntimeError(), "internal", 1),
        (ServiceError("No", code="rejected"), "rejected", 1),
        (ServiceError("Later", code="closed", retry_after=1), "closed", 2),
    ],
)
async def test_an_error_is_an_answer_unless_it_says_that_asking_again_helps(
    error: Exception, code: str, done: int
) -> None:
    orders = Orders()
    orders.error = error
    app = app_of(orders)
    async with app.lifespan(), connect(app, query=ANN) as client:
        first = await refusal(client, key="k")
        assert first["code"] == code
        assert await refusal(client, key="k") == first
    assert len(orders.done) == done


async def test_what_a_shutdown_cuts_short_has_an_unknown_outcome() -> None:
    orders = Orders()
    orders.gate.clear()
    app = app_of(orders, limits=Limits(shutdown_timeout=0.2))
    async with app.lifespan(), connect(app, query=ANN) as client:
        await client.send({"type": "orders.place", "payload": ORDER, "key": "k"})
        await orders.begun.wait()
    async with app.lifespan(), connect(app, query=ANN) as client:
        assert (await refusal(client, key="k"))["code"] == "outcome_unknown"
    assert len(orders.done) == 1


@pytest.mark.parametrize(
    "limits", [Limits(keys=2), Limits(keys_per_user=2), Limits(keys_bytes=50)], ids=str
)
async def test_no_key_is_forgotten_to_make_room_for_another(limits: Limits) -> None:
    orders = Orders()
    app = app_of(orders, limits=limits)
    async with app.lifespan(), connect(app, query=ANN) as client:
        for key in ("k", "l"):
            await client.command("orders.place", ORDER, key=key)
        assert (await refusal(client, key="m"))["code"] == "unavailable"
        assert (await client.command("orders.place", ORDER, key="k"))["number"] == 1
    assert len(orders.done) == 2
    assert app.stats.keys_refused == 1


async def test_the_id_of_a_session_is_a_text() -> None:
    def authenticate(connection: Connection) -> Session:
        session = by_user(connection)
        return Session(session.user, id=5)  # type: ignore[arg-type]

    from wsgen_runtime.testing import RefusedByServerError

    app = app_of(Orders(), authenticate=authenticate)
    async with app.lifespan():
        with pytest.raises(RefusedByServerError):
            async with connect(app):
                pass
