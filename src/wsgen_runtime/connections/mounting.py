"""Puts an app into FastAPI or Starlette: as a router of FastAPI, as a list of routes, or by a mount."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, Protocol

from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from wsgen_runtime.connections.paths import Mounted

if TYPE_CHECKING:
    from fastapi import APIRouter


class Mountable(Protocol):
    """The part of `WsApp` that frameworks need."""

    def lifespan(self, app: object = None) -> AbstractAsyncContextManager[None]:
        """Start the app, and shut it down at the end."""
        raise NotImplementedError

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""


class Routes(tuple[BaseRoute, ...]):
    """Makes the routes of an app for a path.

    It is an empty sequence of routes too, because Starlette looks for names in the `routes` of a mounted app.
    """

    _app: Mountable

    def __new__(cls, app: Mountable) -> "Routes":
        """Return the routes of `app`."""
        routes = super().__new__(cls)
        routes._app = app
        return routes

    def __call__(self, path: str) -> list[BaseRoute]:
        """Return the routes that serve the app at `path`, with and without a slash at the end, and below it."""
        endpoint, name = Mounted(self._app), type(self._app).__name__
        return [
            WebSocketRoute(path, endpoint, name=name),
            Route(path, endpoint, name=name, include_in_schema=False),
            Mount(path, self._app),
        ]


def api_router(app: Mountable, path: str, below: Sequence[str]) -> "APIRouter":
    """Return a router of FastAPI that serves `app` at `path`, and each of the paths `below` it by HTTP.

    All of its routes are FastAPI's own, so that it applies prefixes and dependencies to them. Raises ImportError
    if FastAPI is not installed, and ValueError if `path` is not empty and does not begin with a slash.
    """
    try:
        from fastapi import APIRouter
    except ImportError as error:
        message = "WsApp.router needs FastAPI: install it, or use WsApp.routes with Starlette"
        raise ImportError(message, name="fastapi") from error
    if path and not path.startswith("/"):
        raise ValueError(f"a path begins with a slash: use {'/' + path!r}")
    router = APIRouter(lifespan=app.lifespan)
    name, path = type(app).__name__, path.rstrip("/") or path
    for place in dict.fromkeys((path, f"{path.rstrip('/')}/")):
        router.add_api_websocket_route(place, _socket(app), name=name)
        _add_http(router, place, app, "", name)
    for rest in below:
        _add_http(router, path.rstrip("/") + rest, app, rest, f"{name}{rest}")
    return router


def serve_without_slash(outer: object, app: Mountable) -> None:
    """Add a route beside each mount of `app` in `outer`, since a mount serves sockets only below a slash."""
    routes: object = getattr(getattr(outer, "router", None), "routes", None)
    for siblings, mount in list(_mounts(routes, app)):
        taken = {route.path for route in siblings if isinstance(route, WebSocketRoute)}
        if mount.path and mount.path not in taken:
            route = WebSocketRoute(mount.path, Mounted(app), name=type(app).__name__)
            siblings.insert(siblings.index(mount), route)


def _mounts(routes: Any, app: Mountable) -> Iterator[tuple[list[BaseRoute], Mount]]:
    # Any: a mount has the `routes` of its app, which may be of any type.
    for route in routes if isinstance(routes, list) else ():
        if isinstance(route, Mount):
            if route.app is app:
                yield routes, route
            else:
                yield from _mounts(route.routes, app)


def _add_http(router: "APIRouter", path: str, app: Mountable, rest: str, name: str) -> None:
    response = _Forwarded(Mounted(app, rest))

    async def answer() -> Response:
        return response

    methods = ["GET", "HEAD"]
    router.add_api_route(path, answer, methods=methods, name=name, include_in_schema=False)


def _socket(app: Mountable) -> Callable[[WebSocket], Awaitable[None]]:
    endpoint = Mounted(app)

    async def serve(websocket: WebSocket) -> None:
        await endpoint(websocket.scope, websocket.receive, websocket.send)

    return serve


class _Forwarded(Response):
    """The answer that an ASGI application gives to the same request."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__()
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)
