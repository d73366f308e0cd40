"""An app in FastAPI and Starlette: as a router, as routes and by a mount."""

import logging
import re
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, HTTPException, WebSocketException
from fastapi.routing import APIWebSocketRoute
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute, Mount
from starlette.types import ASGIApp
from tests.runtime.server import serving
from tests.runtime.services import AAPL, BarRouter, Recorder
from websockets.asyncio.client import connect as connect_to

from wsgen_runtime import WsApp
from wsgen_runtime.testing import RefusedByServerError, connect


def build(**options: Any) -> WsApp:
    return WsApp(routers=[BarRouter(service=Recorder())], **options)


async def status_of(app: ASGIApp, path: str, method: str = "GET") -> int:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        return (await client.request(method, path)).status_code


def merges_lifespans() -> bool:
    """Return whether this version of FastAPI runs the lifespan of a router that is included (since 0.112.2)."""
    outer, router = FastAPI(), APIRouter(lifespan=build().lifespan)
    before = outer.router.lifespan_context
    outer.include_router(router)
    return outer.router.lifespan_context is not before


class TestRouter:
    """`app.include_router(ws_app.router(path))`."""

    @pytest.mark.parametrize("path", ["/", "/ws", "/ws/", "/{tenant}/ws", ""])
    async def test_it_serves_the_endpoint_and_its_documents(self, path: str) -> None:
        app = FastAPI()
        app.include_router(build(metrics=True).router(path), prefix="" if path else "/p")
        place = (path or "/p").replace("{tenant}", "t").rstrip("/")
        for end in ("", "/") if place else ("/",):
            async with connect(app, place + end) as client:
                await client.subscribe("bars", AAPL)
            assert await status_of(app, place + end) == 426
            assert await status_of(app, place + end, "POST") == 405
        for below in ("/asyncapi", "/asyncapi.json", "/asyncapi.yaml", "/metrics"):
            assert await status_of(app, place + below) == 200
            assert await status_of(app, place + below, "HEAD") == 200
            assert await status_of(app, place + below, "POST") == 405

    async def test_what_the_app_does_not_serve_is_left_to_other_routes(self) -> None:
        app = FastAPI()
        app.include_router(build(docs=False).router("/"))
        app.get("/asyncapi")(lambda: "mine")
        app.get("/other")(lambda: "mine")
        assert await status_of(app, "/asyncapi") == 200
        assert await status_of(app, "/other") == 200
        assert await status_of(app, "/metrics") == 404

    async def test_dependencies_are_asked_for_sockets_and_documents(self) -> None:
        asked: list[str] = []

        def guard(connection: HTTPConnection) -> None:
            asked.append(connection.url.path)
            if "token" not in connection.query_params:
                raise (
                    WebSocketException(1008)
                    if connection["type"] == "websocket"
                    else HTTPException(401)
                )

        app = FastAPI()
        app.include_router(build().router("/ws"), prefix="/v1", dependencies=[Depends(guard)])
        for path in ("/v1/ws", "/v1/ws/"):
            with pytest.raises(RefusedByServerError):
                async with connect(app, path):
                    pass
            async with connect(app, path, query={"token": "x"}) as client:
                await client.subscribe("bars", AAPL)
        assert await status_of(app, "/v1/ws/asyncapi.json") == 401
        assert await status_of(app, "/v1/ws") == 401
        assert await status_of(app, "/v1/ws/asyncapi.json?token=x") == 200
        assert asked[:4] == ["/v1/ws", "/v1/ws", "/v1/ws/", "/v1/ws/"]

    async def test_it_may_be_included_twice_and_shares_its_topics(self) -> None:
        ws_app, app = build(), FastAPI()
        for prefix in ("/v1", "/v2"):
            app.include_router(ws_app.router("/ws"), prefix=prefix)
        async with connect(app, "/v1/ws") as first, connect(app, "/v2/ws") as second:
            await first.subscribe("bars", AAPL)
            await second.subscribe("bars", AAPL)
            assert len(ws_app.topics) == 1

    def test_openapi_does_not_list_it_and_its_names_are_found(self) -> None:
        app = FastAPI()
        app.include_router(build().router("/ws"), prefix="/v1", tags=["datafeed"])
        assert app.openapi()["paths"] == {}
        assert app.url_path_for("WsApp") == "/v1/ws"

    def test_its_routes_are_fastapis_own(self) -> None:
        # A route of another type would ignore the dependencies, or be left out by older versions.
        assert {route.__class__.__module__ for route in build().router("/ws").routes} == {
            APIWebSocketRoute.__module__
        }

    @pytest.mark.parametrize("path", ["ws", "ws/", "*"])
    def test_a_path_without_a_slash_is_refused(self, path: str) -> None:
        with pytest.raises(ValueError, match=re.escape(f"use '/{path}'")):
            build().router(path)

    def test_without_fastapi_it_says_what_to_do(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "fastapi", None)
        with pytest.raises(ImportError, match=r"install it, or use WsApp\.routes with Starlette"):
            build().router("/ws")


class TestLifespan:
    """An included router is started with the server; an app that was not started says so."""

    async def test_including_the_router_is_enough(self, caplog: pytest.LogCaptureFixture) -> None:
        ws_app, app = build(), FastAPI()
        app.include_router(ws_app.router("/ws"))
        async with serving(app) as host, connect_to(f"ws://{host}/ws") as client:
            await client.send('{"type": "ping"}')
            assert await client.recv() == '{"type":"pong"}'
        assert ("was not started" in caplog.text) is not merges_lifespans()

    async def test_the_lifespan_of_the_app_and_of_the_router_are_one_start(self) -> None:
        log: list[str] = []

        class Noting(WsApp):
            async def startup(self) -> None:
                log.append("start")
                await super().startup()

        ws_app = Noting(routers=[BarRouter(service=Recorder())])

        @asynccontextmanager
        async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, object]]:
            async with ws_app.lifespan(app):
                yield {"mine": 1}

        app = FastAPI(lifespan=lifespan)
        app.include_router(ws_app.router("/ws"))
        async with app.router.lifespan_context(app) as state:
            assert state == {"mine": 1}
            async with connect(app, "/ws") as client:
                await client.subscribe("bars", AAPL)
            assert len(log) == 1 + merges_lifespans()

    @pytest.mark.parametrize("outer", [FastAPI, Starlette, None])
    async def test_an_app_that_was_not_started_says_so_once(
        self, outer: Callable[[], Any] | None, caplog: pytest.LogCaptureFixture
    ) -> None:
        app: Any = build()
        if outer:
            inner, app = app, outer()
            app.mount("/", inner)
        async with serving(app, lifespan="off") as host:
            for _ in range(2):
                async with connect_to(f"ws://{host}/") as client:
                    await client.send('{"type": "ping"}')
                    await client.recv()
        (record,) = (r for r in caplog.records if "not started" in r.message)
        assert record.levelno == logging.WARNING
        assert "ws_app.router(path)" in record.message
        assert "`lifespan=ws_app.lifespan`" in record.message

    async def test_a_test_client_needs_no_lifespan(self, caplog: pytest.LogCaptureFixture) -> None:
        async with connect(build()) as client:
            await client.subscribe("bars", AAPL)
        assert "not started" not in caplog.text


class TestMount:
    """`app.mount(path, ws_app)`."""

    @pytest.mark.parametrize("framework", [FastAPI, Starlette])
    @pytest.mark.parametrize("mounted_at", ["/ws", "/ws/"])
    async def test_a_socket_needs_no_slash(self, framework: Any, mounted_at: str) -> None:
        ws_app = build()
        app = framework(lifespan=ws_app.lifespan)
        app.mount(mounted_at, ws_app)
        for _ in range(2):
            async with app.router.lifespan_context(app):
                for path in ("/ws", "/ws/"):
                    async with connect(app, path) as client:
                        await client.subscribe("bars", AAPL)
                with pytest.raises(RefusedByServerError):
                    async with connect(app, "/ws/x"):
                        pass
        assert await status_of(app, "/ws/asyncapi.json") == 200
        assert sum(_is_at(route, "/ws") for route in app.routes) == 2

    async def test_a_mount_within_a_mount_is_found(self) -> None:
        ws_app = build()
        inner = FastAPI()
        inner.mount("/ws", ws_app)
        app = Starlette(lifespan=ws_app.lifespan, routes=[Mount("/v1", inner)])
        async with app.router.lifespan_context(app), connect(app, "/v1/ws") as client:
            await client.subscribe("bars", AAPL)

    @pytest.mark.parametrize("outer", [None, object(), WsApp(routers=[])])
    async def test_a_lifespan_of_anything_else_changes_nothing(self, outer: object) -> None:
        async with build().lifespan(outer):
            pass

    @pytest.mark.parametrize("as_routes", [False, True])
    def test_names_of_other_routes_are_found(self, as_routes: bool) -> None:
        app, ws_app = FastAPI(), build()
        if as_routes:
            app.router.routes.extend(ws_app.routes("/ws"))
        else:
            app.mount("/ws", ws_app)

        @app.get("/after")
        def after() -> None: ...

        assert app.url_path_for("after") == "/after"
        assert not list(ws_app.routes)


def _is_at(route: BaseRoute, path: str) -> bool:
    return getattr(route, "path", None) == path
