"""An app is found where it is mounted, behind any proxy, and accepts sockets there only."""

from collections.abc import Callable

import httpx
import pytest
from fastapi import APIRouter, FastAPI, WebSocket
from starlette._utils import get_route_path
from starlette.applications import Starlette
from starlette.routing import Mount, Route, Router, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from tests.runtime.connections.test_origins import seen_as
from tests.runtime.services import AAPL, BarRouter, Recorder

from wsgen_runtime import WsApp, WsDocs
from wsgen_runtime.testing import RefusedByServerError, connect

# FastAPI prefers that of the server, and still takes its own.
pytestmark = pytest.mark.filterwarnings("ignore:The `root_path` parameter is deprecated")


def build(*, docs: bool = True) -> WsApp:
    return WsApp(routers=[BarRouter(service=Recorder())], metrics=True, docs=docs)


def by_routes(app: WsApp) -> ASGIApp:
    return Starlette(routes=app.routes("/ws"))


def by_mount(app: WsApp) -> ASGIApp:
    return Starlette(routes=[Mount("/ws", app)])


def in_fastapi(app: WsApp, **options: str) -> FastAPI:
    outer = FastAPI(**options)  # type: ignore[arg-type] # root_path
    outer.router.routes.extend(app.routes("/ws"))
    return outer


def included(app: WsApp) -> FastAPI:
    outer = FastAPI()
    outer.include_router(app.router("/ws"))
    return outer


def included_by_prefixes(app: WsApp) -> FastAPI:
    outer, parts = FastAPI(root_path="/api"), APIRouter()
    parts.include_router(app.router(), prefix="/ws")
    outer.include_router(parts, prefix="/v1")
    return outer


def nested(app: WsApp) -> ASGIApp:
    return Starlette(routes=[Mount("/v1", routes=app.routes("/ws"))])


def in_a_part(app: WsApp) -> ASGIApp:
    outer = FastAPI()
    outer.mount("/v1", in_fastapi(app))
    return outer


def alone(app: WsApp) -> ASGIApp:
    return app


def with_root(root: str, build_app: Callable[[WsApp], ASGIApp]) -> Callable[[WsApp], ASGIApp]:
    """Return a scope as from a server with `--root-path`, whose proxy may strip that prefix."""
    return lambda app: seen_as(build_app(app), root_path=root)


# How the app is mounted, the path of the request, and where clients find the app.
WAYS: list[tuple[Callable[[WsApp], ASGIApp], str, str]] = [
    (alone, "", ""),
    (by_routes, "/ws", "/ws"),
    (by_mount, "/ws", "/ws"),
    (in_fastapi, "/ws", "/ws"),
    (nested, "/v1/ws", "/v1/ws"),
    (in_a_part, "/v1/ws", "/v1/ws"),
    (included, "/ws", "/ws"),
    (included_by_prefixes, "/v1/ws", "/api/v1/ws"),
    (included_by_prefixes, "/api/v1/ws", "/api/v1/ws"),
    (lambda app: Starlette(routes=[Mount("/v1", included(app))]), "/v1/ws", "/v1/ws"),
    (with_root("/api", included), "/api/ws", "/api/ws"),
    (lambda app: in_fastapi(app, root_path="/api"), "/ws", "/api/ws"),
    (lambda app: in_fastapi(app, root_path="/api"), "/api/ws", "/api/ws"),
    (with_root("/api", alone), "", "/api"),
    (with_root("/api", alone), "/api", "/api"),
    (with_root("/a", alone), "", "/a"),
    (with_root("/api/", alone), "/api", "/api"),
    (with_root("/api", by_routes), "/ws", "/api/ws"),
    (with_root("/api", by_mount), "/ws", "/api/ws"),
    (with_root("/api", by_routes), "/api/ws", "/api/ws"),
    (with_root("/api", by_mount), "/api/ws", "/api/ws"),
    # A root that ends with a slash, as some configurations write it.
    (lambda app: in_fastapi(app, root_path="/api/"), "/ws", "/api/ws"),
    (with_root("/", alone), "", ""),
    (with_root("/api/", by_routes), "/ws", "/api/ws"),
    (with_root("/api/", by_mount), "/ws", "/api/ws"),
]
# Old versions of Starlette answer 404 for any route of an app whose root is a single slash.
if get_route_path({"type": "http", "path": "/ws", "root_path": "/"}) == "/ws":
    WAYS += [
        (lambda app: in_fastapi(app, root_path="/"), "/ws", "/ws"),
        (with_root("/", by_mount), "/ws", "/ws"),
    ]


async def get(app: ASGIApp, path: str, accept: str = "*/*", method: str = "GET") -> httpx.Response:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        return await client.request(method, path, headers={"accept": accept})


@pytest.mark.parametrize(("mount", "path", "address"), WAYS)
async def test_documents_metrics_and_sockets_are_found(
    mount: Callable[[WsApp], ASGIApp], path: str, address: str
) -> None:
    app = mount(build())
    document = await get(app, f"{path}/asyncapi.json")
    assert document.json()["channels"]["endpoint"]["address"] == (address or "/")
    assert (await get(app, f"{path}/asyncapi.yaml")).status_code == 200
    assert (await get(app, f"{path}/metrics")).status_code == 200
    assert (await get(app, f"{path}/syncapi.json")).status_code == 404
    async with connect(app, f"{path}/") as client:
        await client.subscribe("bars", AAPL)


@pytest.mark.parametrize(("mount", "path", "address"), WAYS)
async def test_a_browser_at_the_endpoint_is_redirected_to_the_page(
    mount: Callable[[WsApp], ASGIApp], path: str, address: str
) -> None:
    app = mount(build())
    told = await get(app, f"{path}/")
    assert told.status_code == 426
    assert told.headers["upgrade"] == "websocket"
    assert told.text.endswith(f" {address}/asyncapi\n")
    for asked in (f"{path}/", path or "/"):
        sent = await get(app, asked, accept="text/html,application/xhtml+xml;q=0.9")
        if sent.headers["location"].endswith(
            f"{path}/"
        ):  # what Starlette answers for a mount alone
            continue
        assert sent.status_code == 307
        assert sent.headers["vary"] == "accept"
        page = httpx.URL(f"http://testserver{asked}").join(sent.headers["location"])
        assert page.path == f"{path}/asyncapi"


@pytest.mark.parametrize(("mount", "path", "address"), [way for way in WAYS if "/ws" in way[1]])
async def test_a_path_below_a_mount_accepts_no_socket(
    mount: Callable[[WsApp], ASGIApp], path: str, address: str
) -> None:
    app = mount(build())
    for below in ("/x", "/asyncapi", "/ws", "//", "/x/"):
        with pytest.raises(RefusedByServerError) as caught:
            async with connect(app, f"{path}{below}"):
                pass
        assert caught.value.status in (403, 404)  # Starlette's own answer is 403


async def test_an_endpoint_without_documents_names_none() -> None:
    answer = await get(build(docs=False), "/", accept="text/html")
    assert answer.status_code == 426
    assert "asyncapi" not in answer.text


async def test_other_methods_are_not_allowed_at_the_endpoint() -> None:
    answer = await get(build(), "/", method="POST")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


async def test_the_address_of_a_page_cannot_lead_elsewhere() -> None:
    app = Starlette(routes=build().routes("/{tenant:path}/ws"))
    for path in ("/x//evil.example/ws", "/a%0dSet-Cookie:x/ws", "/evil:8000/ws"):
        answer = await get(app, path, accept="text/html")
        assert answer.headers["location"] == "./ws/asyncapi"
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("nest", [False, True])
async def test_a_route_created_without_routes_is_an_endpoint(nest: bool) -> None:
    app = build()
    inner = FastAPI(routes=[WebSocketRoute("/ws", app), Route("/ws", app)])
    outer = Starlette(routes=[Mount("/v1", inner)]) if nest else inner
    path = "/v1/ws" if nest else "/ws"
    async with connect(outer, path) as client:
        await client.subscribe("bars", AAPL)
    assert (await get(outer, path)).status_code == 426


async def test_the_endpoint_of_an_included_router_is_found() -> None:
    router = APIRouter()
    router.routes.extend(build().routes("/ws"))
    outer = FastAPI()
    outer.include_router(router, prefix="")
    async with connect(outer, "/ws") as client:
        await client.subscribe("bars", AAPL)
    assert (await get(Router(routes=build().routes("/ws")), "/ws")).status_code == 426


@pytest.mark.parametrize("prefix", ["", "/v1"])
async def test_a_function_that_calls_the_app_is_an_endpoint(prefix: str) -> None:
    app, inner = build(), FastAPI()

    @inner.websocket("/feed/{name}")
    async def feed(websocket: WebSocket) -> None:
        await app(websocket.scope, websocket.receive, websocket.send)

    outer = Starlette(routes=[Mount(prefix, inner)])
    async with connect(outer, f"{prefix}/feed/bars") as client:
        await client.subscribe("bars", AAPL)


async def test_code_that_dispatches_by_path_can_mount_the_app() -> None:
    async with connect(build(), "/feed") as client:
        await client.subscribe("bars", AAPL)


async def test_a_middleware_around_an_endpoint_changes_nothing() -> None:
    app = build()

    async def middleware(scope: Scope, receive: Receive, send: Send) -> None:
        await app(scope, receive, send)

    class Middleware:
        __call__ = staticmethod(middleware)

    routes = [Mount("/v1", routes=[WebSocketRoute("/ws", Middleware()), Mount("/m", Middleware())])]
    outer = Starlette(routes=routes)
    async with connect(outer, "/v1/ws") as client:
        await client.subscribe("bars", AAPL)
    async with connect(outer, "/v1/m/") as client:
        await client.subscribe("bars", AAPL)
    with pytest.raises(RefusedByServerError, match="404"):
        async with connect(outer, "/v1/m/ws"):
            pass


@pytest.mark.parametrize("path", ["/ws-docs/", "/api/ws-docs/"])
async def test_the_index_is_found_whoever_strips_the_prefix(path: str) -> None:
    app = build()
    outer = FastAPI(root_path="/api")
    outer.mount("/ws", app)
    outer.mount("/ws-docs", WsDocs({"/ws": app}))
    index = await get(outer, path)
    assert index.status_code == 200
    assert 'href="/api/ws/asyncapi"' in index.text
