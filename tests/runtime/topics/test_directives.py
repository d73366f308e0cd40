"""Disconnecting clients and cancelling topics, in all processes of an app."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

import pytest
from pydantic import BaseModel, Field, SecretStr
from tests.runtime.redis_server import RedisServer
from tests.runtime.services import AAPL, AAPL_TOPIC, BarRouter, Recorder, until

from wsgen_runtime import Broker, Connection, MemoryBroker, Session, WsApp
from wsgen_runtime.testing import ClosedByServerError, WsTestClient, connect
from wsgen_runtime.user_code.users import user_key


class Told(MemoryBroker):
    """A broker that passes messages to the other apps of a test."""

    def __init__(self, others: list["Told"]) -> None:
        super().__init__()
        self.others = others
        self.messages: list[str] = []
        others.append(self)

    def tell(self, message: str) -> None:
        self.messages.append(message)
        for other in self.others:
            if other is not self and other._host is not None:
                other._host.hear(message)


class Model(BaseModel):
    id: int
    name: str


@dataclass(frozen=True)
class Plain:
    name: str


class Opaque:
    pass


@dataclass(frozen=True)
class Role:
    names: frozenset[str]
    of: dict[str, frozenset[int]]


class Secret(BaseModel):
    token: SecretStr


class Hidden(BaseModel):
    name: str = Field(exclude=True)


class Incomparable:
    def __eq__(self, other: object) -> bool:
        raise ValueError("the truth value of an array is ambiguous")

    __hash__ = None  # type: ignore[assignment] # as an array


LETTERS = "abcdefghijkl"


def roles(letters: str) -> Role:
    """Return equal roles, whose sets and keys have the order of `letters`."""
    return Role(frozenset(letters), {letter: frozenset({1, 2}) for letter in letters})


def app_of(broker: Broker | str, users: dict[str, object], title: str = "people") -> WsApp:
    def authenticate(connection: Connection) -> Session:
        name = connection.query_params["as"]
        return Session(users[name], id=name if name == "named" else None)

    return WsApp(
        routers=[BarRouter(service=Recorder())],
        authenticate=authenticate,
        broker=broker,
        title=title,
    )


@asynccontextmanager
async def as_user(app: WsApp, name: str) -> AsyncIterator[WsTestClient]:
    async with connect(app, query={"as": name}) as client:
        yield client


async def closed(client: WsTestClient) -> tuple[int, str]:
    with pytest.raises(ClosedByServerError) as caught:
        await client.receive()
    return caught.value.code, caught.value.reason


def two_apps(users: dict[str, object]) -> tuple[WsApp, WsApp]:
    others: list[Told] = []
    return app_of(Told(others), users), app_of(Told(others), users)


async def test_a_client_is_disconnected_in_whichever_process_it_is() -> None:
    here, there = two_apps({"a": "ada"})
    await here.startup()
    async with as_user(there, "a") as client, as_user(there, "a") as other:
        first = next(iter(there.clients))
        assert here.disconnect(first, code=4000, reason="bye") is False
        assert await closed(client) == (4000, "bye")
        await until(lambda: first not in there.clients)
        (second,) = there.clients
        assert there.disconnect(second) is True
        assert await closed(other) == (1008, "")
        assert there._broker.messages == []  # type: ignore[attr-defined] # as Told has it


@pytest.mark.parametrize(
    "user",
    [
        "ada",
        5,
        UUID(int=1),
        ("ada", 1),
        {"name": "ada"},
        Plain("ada"),
        Model(id=5, name="ada"),
        {"id": 5, "scopes": ["x"]},
        {"ada", "admin"},
        ["ada"],
        Hidden(name="ada"),
        roles(LETTERS),
    ],
)
async def test_all_clients_of_a_user_are_disconnected(user: object) -> None:
    here, there = two_apps({"a": user, "b": "bob"})
    async with (
        as_user(here, "a") as one,
        as_user(here, "a") as two,
        as_user(there, "a") as three,
        as_user(there, "b"),
    ):
        assert here.disconnect(user=user, code=4001, reason="out") == 2
        for client in (one, two, three):
            assert await closed(client) == (4001, "out")
        await until(lambda: len(there.clients) == 1)


async def test_a_user_is_the_same_with_the_same_id() -> None:
    here, there = two_apps({"a": Model(id=5, name="old"), "named": Opaque()})
    async with as_user(there, "a") as one, as_user(there, "named") as two:
        await here.startup()
        assert here.disconnect(user=Model(id=5, name="new")) == 0
        assert (await closed(one))[0] == 1008
        here.disconnect(user="named")  # the id of the Session
        assert (await closed(two))[0] == 1008


def test_the_order_of_sets_and_keys_does_not_change_a_user() -> None:
    assert user_key(roles(LETTERS)) == user_key(roles(LETTERS[::-1]))
    code = (
        "from tests.runtime.topics.test_directives import LETTERS, roles, user_key;"
        "print(user_key(roles(LETTERS)))"
    )
    command = [sys.executable, "-c", code]
    environment = {**os.environ, "PYTHONHASHSEED": "1"}
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert printed.stdout.strip() == user_key(roles(LETTERS))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Hidden(name="ada"), Hidden(name="bob")),
        (Secret(token=SecretStr("a")), Secret(token=SecretStr("b"))),
        ({"ada"}, {"bob"}),
        (Incomparable(), Incomparable()),
    ],
)
async def test_other_users_stay_connected(one: object, other: object) -> None:
    app = app_of(MemoryBroker(), {"a": one, "b": other})
    async with as_user(app, "a"), as_user(app, "b"):
        assert app.disconnect(user=one) == 1
        open_ones = [client.user for client in app.clients.values() if not client.closing]
        assert len(open_ones) == 1
        assert open_ones[0] is other


async def test_a_user_that_cannot_be_found_elsewhere_is_a_type_error() -> None:
    opaque = Opaque()
    here, _ = two_apps({"a": opaque})
    async with as_user(here, "a"):
        with pytest.raises(TypeError, match="attribute `id`"):
            here.disconnect(user=opaque)
    alone = app_of(MemoryBroker(), {"a": opaque})
    async with as_user(alone, "a"):
        assert alone.disconnect(user=Opaque()) == 0
        assert alone.disconnect(user=opaque) == 1


async def test_either_a_client_or_a_user_is_named() -> None:
    app = app_of(MemoryBroker(), {})
    await app.startup()
    with pytest.raises(TypeError, match="either"):
        app.disconnect()  # type: ignore[call-overload] # which is the point
    for wrong in ("5", 5.0, ["5"]):
        with pytest.raises(TypeError, match="an integer"):
            app.disconnect(wrong)  # type: ignore[call-overload] # which is the point
    with pytest.raises(TypeError, match="either"):
        app.disconnect(1, user="ada")  # type: ignore[call-overload] # which is the point
    await app.shutdown()


async def test_a_topic_is_cancelled_in_all_processes() -> None:
    here, there = two_apps({"a": "ada"})
    async with as_user(here, "a") as one, as_user(there, "a") as two:
        await one.subscribe("bars", AAPL)
        await two.subscribe("bars", AAPL)
        assert here.cancel(AAPL_TOPIC, "closed for today") == 1
        for client in (one, two):
            frame = await client.receive()
            assert frame["type"] == "bars.unsubscribed"
            assert frame["payload"]["reason"] == "closed for today"
        assert len(here._broker.messages) == 1  # type: ignore[attr-defined] # as Told has it


@pytest.mark.parametrize(
    "message",
    [
        "",
        "{}",
        "[]",
        '{"do":"format"}',
        '{"do":"cancel","topic":1,"reason":"x"}',
        '{"do":"close-client","client":"x","code":1008,"reason":""}',
        '{"do":"close-user","user":"x","code":1005,"reason":""}',
        json.dumps({"do": "close-user", "user": "x", "code": 1008, "reason": "x" * 124}),
    ],
)
async def test_what_no_process_can_have_sent_is_ignored_and_logged_once(
    message: str, caplog: pytest.LogCaptureFixture
) -> None:
    app = app_of(MemoryBroker(), {"a": "ada"})
    async with as_user(app, "a") as client:
        for _ in range(2):
            app._hub.hear(message)
        await client.subscribe("bars", AAPL)
    assert caplog.text.count("no process of this app can have sent") == 1


def test_the_user_itself_is_not_sent() -> None:
    others: list[Told] = []
    broker = Told(others)
    app = app_of(broker, {})
    asyncio.run(_disconnect(app))
    (message,) = broker.messages
    assert "ada" not in message
    assert user_key("ada") in message  # type: ignore[operator] # it has one


async def _disconnect(app: WsApp) -> None:
    await app.startup()
    app.disconnect(user="ada@example.com ada")
    app.disconnect(user="ada")
    app._broker.messages[:1] = []  # type: ignore[attr-defined] # as Told has it
    await app.shutdown()


async def test_through_redis_all_processes_are_reached(server: RedisServer) -> None:
    users: dict[str, object] = {"a": "ada"}
    here, there = (app_of(server.url, users) for _ in range(2))
    stranger = app_of(server.url, users, title="another app")
    async with (
        as_user(here, "a") as one,
        as_user(there, "a") as two,
        as_user(there, "a") as three,
        as_user(stranger, "a"),
    ):
        await one.subscribe("bars", AAPL)
        await two.subscribe("bars", AAPL)
        here.cancel(AAPL_TOPIC, "enough")
        for client in (one, two):
            assert (await client.receive())["type"] == "bars.unsubscribed"
        second, third = there.clients
        here.disconnect(second)
        assert (await closed(two))[0] == 1008
        assert here.disconnect(user="ada") == 1
        assert (await closed(one))[0] == 1008
        assert (await closed(three))[0] == 1008
        await until(lambda: third not in there.clients)
        assert len(stranger.clients) == 1


async def test_what_anybody_publishes_on_the_channel_is_checked(server: RedisServer) -> None:
    app = app_of(server.url, {"a": "ada"})
    async with as_user(app, "a") as client:
        with server.client() as redis:
            for content in (b"x", b"2 t ", b"2 t a", b"2 t \xff x", b"2 t a \xff", b"2 t a {}"):
                redis.publish("wsgen:people:0:control", content)
        await until(lambda: app.stats.broker.rejected == 5)
        await client.subscribe("bars", AAPL)


class Nobody(Enum):
    ANYBODY = None


async def test_clients_without_an_id_of_their_user_are_nobody() -> None:
    app = app_of(MemoryBroker(), {"a": "ada"})
    async with as_user(app, "a"):
        assert app.disconnect(user=Nobody.ANYBODY) == 0
