"""Updates from processes that serve no clients, on a real Redis."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel
from tests.runtime.redis_server import RedisServer, free_port

from wsgen_runtime import History, MemoryBroker, Publisher, WsApp, WsRouter
from wsgen_runtime.brokers.redis import RedisBroker
from wsgen_runtime.testing import WsTestClient, connect

TITLE = "alerts app"
SCRIPT = """
import sys
from tests.runtime.test_publisher import Alert, AlertRouter
from wsgen_runtime import Publisher
alerts = AlertRouter()
with Publisher(sys.argv[1], title="alerts app", routers=[alerts]):
    for number in range(5):
        alerts.publish(Alert(text=f"{number}"))
"""


class Alert(BaseModel):
    text: str


class AlertRouter(WsRouter):
    """A published route without a request, as it is generated."""

    def __init__(self, *, history: History | None = None) -> None:
        super().__init__(
            route="alerts", request_type=None, data_type=Alert, published=True, history=history
        )

    def publish(self, data: Alert) -> None:
        self._publish(None, data)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    redis = RedisServer(tmp_path)
    redis.start()
    yield redis
    redis.stop()


def app_on(url: str, router: AlertRouter | None = None) -> WsApp:
    return WsApp(title=TITLE, routers=[router or AlertRouter()], broker=url)


async def texts(client: WsTestClient, count: int) -> list[str]:
    return [(await client.receive())["payload"]["payload"]["text"] for _ in range(count)]


async def test_a_script_publishes_to_the_clients_of_an_app(server: RedisServer) -> None:
    app = app_on(server.url)
    async with app.lifespan(), connect(app) as client:
        await client.subscribe("alerts")
        command = [sys.executable, "-c", SCRIPT, server.url]
        done = await asyncio.to_thread(
            subprocess.run, command, capture_output=True, text=True, timeout=60
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert await texts(client, 5) == ["0", "1", "2", "3", "4"]


async def test_on_an_event_loop_the_end_of_the_block_waits_for_all_updates(
    server: RedisServer,
) -> None:
    app, alerts = app_on(server.url), AlertRouter()
    async with app.lifespan(), connect(app) as client:
        await client.subscribe("alerts")
        publisher = Publisher(server.url, title=TITLE, routers=[alerts])
        for _ in range(2):  # a publisher may be opened again
            async with publisher:
                alerts.publish(Alert(text="loop"))
                await publisher.flush()
                await asyncio.to_thread(alerts.publish, Alert(text="thread"))
            assert await texts(client, 2) == ["loop", "thread"]


async def test_what_is_published_while_nobody_listens_is_kept(server: RedisServer) -> None:
    alerts = AlertRouter(history=History(updates=10))
    async with Publisher(server.url, title=TITLE, routers=[alerts]):
        for number in range(3):
            alerts.publish(Alert(text=f"{number}"))
    app = app_on(server.url, AlertRouter(history=History(updates=10)))
    async with app.lifespan(), connect(app) as client:
        await client.send({"type": "hello", "payload": {"version": 1, "features": ["positions"]}})
        assert (await client.receive())["type"] == "hello"
        answer = await client.subscribe("alerts")
        assert answer["seq"] == 3


def test_a_redis_that_cannot_be_reached_is_an_error_at_once() -> None:
    alerts = AlertRouter()
    publisher = Publisher(f"redis://127.0.0.1:{free_port()}/0", title=TITLE, routers=[alerts])
    with pytest.raises(ConnectionError, match="cannot be used"), publisher:
        pass
    with pytest.raises(RuntimeError, match="not open"):
        alerts.publish(Alert(text="late"))
    assert "wsgen publisher" not in [thread.name for thread in threading.enumerate()]


@pytest.mark.parametrize("kept", [None, History()], ids=["without history", "with history"])
def test_what_redis_does_not_take_in_time_is_an_error(
    server: RedisServer, kept: History | None
) -> None:
    alerts = AlertRouter(history=kept)
    with Publisher(server.url, title=TITLE, routers=[alerts], timeout=0.5):
        alerts.publish(Alert(text="taken"))
        server.stop()
        with pytest.raises(ConnectionError, match="Redis at 127"):
            alerts.publish(Alert(text="lost"))


@pytest.mark.parametrize("kept", [None, History()], ids=["without history", "with history"])
def test_a_redis_that_hangs_is_an_error_and_holds_nobody(
    server: RedisServer, kept: History | None
) -> None:
    alerts = AlertRouter(history=kept)
    with Publisher(server.url, title=TITLE, routers=[alerts], timeout=0.3):
        alerts.publish(Alert(text="taken"))
        server.pause()
        with pytest.raises(ConnectionError, match="does not take updates"):
            alerts.publish(Alert(text="lost"))
    server.resume()


def test_a_redis_that_hangs_does_not_hold_the_end_of_a_process(server: RedisServer) -> None:
    alerts = AlertRouter()
    broker = RedisBroker(server.url, lease=1)
    with Publisher(broker, title=TITLE, routers=[alerts], timeout=0.3):
        alerts.publish(Alert(text="taken"))
        server.pause()
        # The session fails in the moment in which it is cancelled.
    server.resume()


def test_an_event_loop_that_does_not_run_is_an_error(server: RedisServer) -> None:
    alerts, loop = AlertRouter(), asyncio.new_event_loop()
    publisher = Publisher(server.url, title=TITLE, routers=[alerts], timeout=0.1)
    loop.run_until_complete(publisher.__aenter__())
    caught: list[BaseException] = []

    def publish() -> None:
        try:
            alerts.publish(Alert(text="lost"))
        except ConnectionError as error:
            caught.append(error)

    thread = threading.Thread(target=publish)
    thread.start()
    thread.join(30)
    assert "does not run, or is blocked" in str(caught[0])
    error = ConnectionError()
    loop.run_until_complete(publisher.__aexit__(ConnectionError, error, None))
    loop.close()


def test_an_update_for_which_there_is_no_room_is_an_error(server: RedisServer) -> None:
    alerts, broker = AlertRouter(), RedisBroker(server.url, queue=3, queue_bytes=1_000)
    with Publisher(broker, title=TITLE, routers=[alerts]):
        with pytest.raises(ConnectionError, match="no room in its queue: 1 updates were not pub"):
            alerts.publish(Alert(text="x" * 1_000))
        alerts.publish(Alert(text="small"))


@pytest.mark.parametrize("kept", [None, History()], ids=["without history", "with history"])
async def test_a_loop_that_publishes_faster_than_it_sends_is_told(
    server: RedisServer, kept: History | None
) -> None:
    alerts, broker = AlertRouter(history=kept), RedisBroker(server.url, queue=3)
    async with Publisher(broker, title=TITLE, routers=[alerts]) as publisher:
        for _ in range(3):
            alerts.publish(Alert(text="in the queue"))
        with pytest.raises(ConnectionError, match="no room in its queue"):
            alerts.publish(Alert(text="one more"))
        await publisher.flush()


def test_a_router_of_another_app_binds_none() -> None:
    bound, free = AlertRouter(), AlertRouter()
    free.route = "free"
    Publisher("redis://localhost", title=TITLE, routers=[bound])
    with pytest.raises(ValueError, match="already belongs to a WsApp or a Publisher"):
        Publisher("redis://localhost", title=TITLE, routers=[free, bound])
    WsApp(routers=[free])


async def test_on_an_event_loop_a_redis_that_is_away_is_an_error(server: RedisServer) -> None:
    alerts = AlertRouter()
    publisher = Publisher(server.url, title=TITLE, routers=[alerts], timeout=0.5)

    async def publish_without_redis() -> None:
        async with publisher:
            server.stop()
            while True:
                alerts.publish(Alert(text="lost"))
                await asyncio.sleep(0.01)

    with pytest.raises(ConnectionError):
        await publish_without_redis()
    with pytest.raises(RuntimeError, match="not open"):
        await publisher.flush()


def test_what_cannot_publish_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot publish to other processes"):
        Publisher(MemoryBroker(), title=TITLE, routers=[AlertRouter()])
    with pytest.raises(ValueError, match="title"):
        Publisher("redis://localhost", title="", routers=[AlertRouter()])
    with pytest.raises(ValueError, match="two routers have the route 'alerts'"):
        Publisher("redis://localhost", title=TITLE, routers=[AlertRouter(), AlertRouter()])
    with pytest.raises(ValueError, match="timeout"):
        Publisher("redis://localhost", title=TITLE, routers=[AlertRouter()], timeout=0)
    for wrong in (AlertRouter, AlertRouter(), [AlertRouter], ["alerts"]):
        with pytest.raises(TypeError):
            Publisher("redis://localhost", title=TITLE, routers=wrong)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="the title of an app is a text, not None"):
        Publisher("redis://localhost", title=None, routers=[])  # type: ignore[arg-type]
    for broker in (5, MemoryBroker):
        with pytest.raises(TypeError, match="a broker is an address"):
            Publisher(broker, title=TITLE, routers=[])  # type: ignore[arg-type]
    router = AlertRouter()
    Publisher("redis://localhost", title=TITLE, routers=[router])
    with pytest.raises(RuntimeError, match="not open"):
        router.publish(Alert(text="early"))


def test_data_of_another_type_is_refused_where_it_is_published(server: RedisServer) -> None:
    alerts = AlertRouter()
    with (
        Publisher(server.url, title=TITLE, routers=[alerts]),
        pytest.raises(ValueError, match="Alert"),
    ):
        alerts.publish({"text": 1})  # type: ignore[arg-type]
