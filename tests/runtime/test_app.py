"""WsApp: construction, HTTP, lifespan, event loops and public names."""

import asyncio
import subprocess
import sys
from collections.abc import MutableMapping
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from tests.runtime.services import AAPL, AAPL_TOPIC, BarRequest, BarRouter, Gated, Recorder, until

import wsgen_runtime
from wsgen_runtime import MemoryBroker, WsApp, WsRouter
from wsgen_runtime.brokers.base import BrokerHost
from wsgen_runtime.testing import ClosedByServerError, RefusedByServerError, connect


def app_with(**options: Any) -> WsApp:  # any option of WsApp
    return WsApp(routers=[BarRouter(service=Recorder())], **options)


async def get(app: Any, path: str, method: str = "GET") -> httpx.Response:  # any ASGI application
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.request(method, path)


class NoRemove:
    async def create_topic(self, topic: str, topic_update: object) -> None: ...


class NoCreate:
    def remove_topic(self, topic: str) -> None: ...


@pytest.mark.parametrize(
    ("service", "missing"), [(NoRemove(), "remove_topic"), (NoCreate(), "create_topic")]
)
def test_a_service_that_lacks_a_method_is_named(service: Any, missing: str) -> None:
    with pytest.raises(TypeError, match=rf"{type(service).__name__}.*{missing}\(\)"):
        BarRouter(service=service)


def test_a_class_in_place_of_a_service_or_router_is_refused() -> None:
    service: Any = Recorder
    with pytest.raises(TypeError, match=r"it is a class; use an instance, Recorder\(\)"):
        BarRouter(service=service)
    router: Any = BarRouter
    with pytest.raises(TypeError, match=r"BarRouter is a class: use BarRouter\(service=...\)"):
        WsApp(routers=[router])


def test_a_class_whose_methods_need_no_instance_is_a_service() -> None:
    class Shared:
        @classmethod
        async def create_topic(cls, topic: str, topic_update: object) -> None: ...

        @staticmethod
        def remove_topic(topic: str) -> None: ...

    assert BarRouter(service=Shared).service is Shared


def test_a_router_that_is_not_in_a_list_is_refused() -> None:
    router: Any = BarRouter(service=Recorder())
    with pytest.raises(TypeError, match=r"use \[BarRouter\(route='bars'\)\]"):
        WsApp(routers=router)


def test_an_empty_route_is_refused() -> None:
    with pytest.raises(ValueError, match="BarRouter: the route must not be empty"):
        BarRouter(service=Recorder(), route="")


@pytest.mark.parametrize("kind", [int, 5, BarRequest | None, "BarRequest"])
def test_the_request_of_a_route_is_a_model(kind: Any) -> None:  # it is what is tested
    with pytest.raises(TypeError, match="WsRouter: a request must be a pydantic model"):
        WsRouter(service=Recorder(), route="bars", request_type=kind, data_type=int)


def test_two_routers_of_one_route_are_refused() -> None:
    with pytest.raises(ValueError, match="two routers have the route 'bars'"):
        WsApp(routers=[BarRouter(service=Recorder()), BarRouter(service=Recorder())])


def test_a_router_belongs_to_one_app() -> None:
    router = BarRouter(service=Recorder())
    WsApp(routers=[router])
    with pytest.raises(ValueError, match="already belongs"):
        WsApp(routers=[router])


def test_an_unknown_broker_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown broker"):
        app_with(broker="amqp://x")


def test_an_app_and_its_routers_show_their_settings() -> None:
    router = WsRouter(
        service=Recorder(),
        route="bars",
        tags=["charts"],
        request_type=BarRequest,
        data_type=int,
        deprecated=True,
    )
    app = WsApp(routers=[router], title="datafeed")
    assert dict(app.routers) == {"bars": router}
    assert (router.tags, router.deprecated, app.title) == (("charts",), True, "datafeed")
    assert repr(router) == "WsRouter(route='bars')"


@pytest.mark.parametrize("path", ["/x", "/metrics", "/asyncapi"])
async def test_other_paths_are_not_found(path: str) -> None:
    assert (await get(app_with(docs=False), path)).status_code == 404


async def test_metrics_are_prometheus_text() -> None:
    app = app_with(metrics=True, title="datafeed")
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        mounted = FastAPI()
        mounted.mount("/ws", app)
        response = await get(mounted, "/ws/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = response.text.splitlines()
    assert 'wsgen_clients{app="datafeed"} 1.0' in lines
    assert 'wsgen_connections_total{app="datafeed"} 1.0' in lines


async def test_metrics_answer_get_and_head_only() -> None:
    app = app_with(metrics=True)
    head = await get(app, "/metrics", "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) == len((await get(app, "/metrics")).content)
    for method in ("POST", "PUT", "DELETE"):
        response = await get(app, "/metrics", method)
        assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD")


def test_metrics_without_the_extra_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(RuntimeError, match=r"wsgen-runtime\[metrics\]"):
        app_with(metrics=True)


@pytest.mark.parametrize("path", ["/api/ws", "/api/ws/"])
@pytest.mark.parametrize("framework", [FastAPI, Starlette])
async def test_routes_serve_with_and_without_the_slash(framework: Any, path: str) -> None:
    app = framework()
    app.router.routes.extend(app_with(metrics=True).routes("/api/ws"))
    async with connect(app, path) as client:
        await client.subscribe("bars", AAPL)
    assert (await get(app, "/api/ws/metrics")).status_code == 200


async def test_a_mounted_app_serves_sockets() -> None:
    app = FastAPI()
    app.mount("/api/ws", app_with())
    async with connect(app, "/api/ws/") as client:
        await client.subscribe("bars", AAPL)


class Noting(MemoryBroker):
    """A broker that records its calls, and cannot start while `broken`."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[str] = []
        self.broken = False

    async def start(self, host: BrokerHost) -> None:
        if self.broken:
            raise ConnectionRefusedError("nobody there")
        self.log.append("start")
        await super().start(host)

    async def stop(self) -> None:
        self.log.append("stop")
        await super().stop()


async def talk_lifespan(app: WsApp) -> list[MutableMapping[str, Any]]:
    incoming = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return next(incoming)

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    await app({"type": "lifespan"}, receive, send)
    return sent


async def test_an_app_that_is_run_directly_serves_the_lifespan() -> None:
    broker = Noting()
    sent = await talk_lifespan(app_with(broker=broker))
    assert [m["type"] for m in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert broker.log == ["start", "stop"]


async def test_a_broker_that_cannot_start_fails_the_servers_startup() -> None:
    broker = Noting()
    broker.broken = True
    (sent,) = await talk_lifespan(app_with(broker=broker))
    assert sent == {"type": "lifespan.startup.failed", "message": "nobody there"}


async def test_the_lifespan_works_in_any_framework() -> None:
    broker = Noting()
    app = app_with(broker=broker)
    async with app.lifespan(FastAPI()):
        async with connect(app) as client:
            await client.subscribe("bars", AAPL)
        assert broker.log == ["start"]
    assert broker.log == ["start", "stop"]


async def test_while_the_broker_cannot_start_clients_get_503(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broker = Noting()
    broker.broken = True
    app = app_with(broker=broker)
    with pytest.raises(RefusedByServerError) as caught:
        async with connect(app):
            pass
    assert caught.value.status == 503
    assert "nobody there" in caplog.text
    broker.broken = False
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)


def test_one_app_serves_one_event_loop_after_another() -> None:
    app = app_with()

    async def session() -> None:
        async with connect(app) as client:
            await client.subscribe("bars", AAPL)

    asyncio.run(session())
    asyncio.run(session())


async def test_one_app_does_not_serve_two_event_loops_at_once() -> None:
    app = app_with()
    await app.startup()
    with pytest.raises(RuntimeError, match="one event loop"):
        await asyncio.to_thread(asyncio.run, app.startup())


async def test_a_cancellation_from_outside_is_raised_and_leaves_nothing() -> None:
    from wsgen_runtime.testing import WsTestClient

    app = app_with()
    client = WsTestClient()
    scope = {"type": "websocket", "headers": [], "path": "/", "query_string": b""}
    task = asyncio.create_task(client._run(app, scope))
    await client._accepted()
    await client.subscribe("bars", AAPL)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until(lambda: app.stats.topics == 0)
    assert app.stats.clients == 0


async def test_a_client_that_disconnects_before_it_is_accepted_is_not_an_error() -> None:
    app = app_with()

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        raise ConnectionResetError

    await app({"type": "websocket", "headers": [], "path": "/", "query_string": b""}, receive, send)
    assert app.stats.connections == 0


async def lifespan_of(app: WsApp) -> list[str]:
    """Run the lifespan of `app` as a server does; return the types of what it sends."""
    messages = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent: list[str] = []

    async def receive() -> MutableMapping[str, Any]:
        return messages.pop(0)

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message["type"])

    await app({"type": "lifespan"}, receive, send)
    return sent


async def test_an_app_starts_and_shuts_down_by_the_lifespan_protocol() -> None:
    class Failing(MemoryBroker):
        async def start(self, host: BrokerHost) -> None:
            raise ConnectionError("away")

    assert await lifespan_of(app_with()) == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]
    assert await lifespan_of(WsApp(routers=[], broker=Failing())) == ["lifespan.startup.failed"]


async def test_a_second_signal_ends_a_shutdown_that_waits_for_a_producer() -> None:
    service = Gated()
    service.create_gate.set()
    app = WsApp(routers=[BarRouter(service=service)])
    async with connect(app) as client:
        await client.subscribe("bars", AAPL)
        service.remove_gate.clear()
        shutdown = asyncio.create_task(app._shut_down_on_signal())
        with pytest.raises(ClosedByServerError):
            await client.receive()
        client.vanish()
        await until(lambda: ("remove", AAPL_TOPIC) in service.log)
        shutdown.cancel()
        with pytest.raises(asyncio.CancelledError):
            await shutdown
        assert app._ending is not None
        await asyncio.wait({app._ending}, timeout=5)
        assert app._ending.cancelled()
        service.remove_gate.set()


def test_public_names_are_those_listed() -> None:
    assert sorted(wsgen_runtime._HOMES) == sorted(wsgen_runtime.__all__)
    for name in wsgen_runtime.__all__:
        assert getattr(wsgen_runtime, name) is not None
        assert name in dir(wsgen_runtime)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        wsgen_runtime.nonsense  # noqa: B018 - the access is the test


def test_the_import_is_light_and_loads_nothing_of_the_generator() -> None:
    program = (
        "import sys, wsgen_runtime\n"
        "assert not {'pydantic', 'starlette', 'asyncio'} & set(sys.modules), 'heavy'\n"
        "wsgen_runtime.WsApp, wsgen_runtime.WsRouter\n"
        "import wsgen_runtime.testing\n"
        "banned = {'wsgen', 'jinja2', 'yaml', 'jsonschema', 'click', 'redis', 'prometheus_client'}\n"
        "assert not banned & set(sys.modules), banned & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_the_pytest_fixture_is_connect(ws_connect: object) -> None:
    assert ws_connect is connect
