"""Where in a request's path an app is, and what is below it: for every way to mount an ASGI application.

By ASGI, `path` begins with `root_path`. Where a proxy strips a prefix, which is then set as the `root_path` of
FastAPI, hypercorn or daphne, it begins with what comes after that prefix.
"""

import inspect
from collections.abc import Iterator

from starlette.routing import Match, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send


def root_of(scope: Scope) -> str:
    """Return the path at which clients find the app, a proxy's prefix included, without a slash at the end."""
    outer, root = str(scope.get("app_root_path", "")), str(scope.get("root_path", ""))
    # A mount appends its path to that of the server, even if that ends with a slash.
    return outer.rstrip("/") + root.removeprefix(outer).rstrip("/")


def path_in_app(scope: Scope) -> str:
    """Return the path below the place where the app is mounted: empty or `/` at that place."""
    path, root = str(scope["path"]), root_of(scope)
    # Starlette's routes note the root_path that came from outside.
    outer = str(scope.get("app_root_path", "")).rstrip("/")
    for prefix in (root, root.removeprefix(outer)):
        if prefix and f"{path}/".startswith(f"{prefix}/"):
            return path[len(prefix) :]
    return path


def is_below_mount(scope: Scope) -> bool:
    """Return whether a mount of Starlette's has led here with a path that goes on below it.

    Where nothing says so, as with an app that a server runs directly, every path may be the endpoint's.
    """
    if path_in_app(scope) in ("", "/") or "app_root_path" not in scope:
        return False
    endpoint = scope.get("endpoint")
    if inspect.isroutine(endpoint):
        return False  # a function that a route of its own has matched passes the request on
    return not any(
        route.endpoint is endpoint and route.matches(scope)[0] is Match.FULL
        for route in _leaves(getattr(scope.get("app"), "routes", None))
    )


def is_endpoint(app: ASGIApp, scope: Scope) -> bool:
    """Return whether the request is for the place where `app` is mounted, or was matched by a route to it."""
    if path_in_app(scope) in ("", "/"):
        return True
    return scope.get("endpoint") is app and not is_below_mount(scope)


def _leaves(routes: object) -> Iterator[Route | WebSocketRoute]:
    for route in (
        routes if isinstance(routes, list) else ()
    ):  # a mount has as its `routes` whatever its app has
        if isinstance(route, Route | WebSocketRoute):
            yield route
        else:
            yield from _leaves(getattr(route, "routes", None))


class Mounted:
    """`app` as one that a route has matched by its whole path, with that path as its `root_path`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        outer = str(scope.get("root_path", ""))
        root = outer.rstrip("/") + path_in_app(scope).rstrip("/")
        inner = {
            "app_root_path": outer.rstrip("/"),
            **scope,
            "root_path": root,
            "endpoint": self._app,
        }
        await self._app(inner, receive, send)
