"""Finds out where an app is mounted and which path below it is requested, however it is mounted.

According to ASGI, `path` starts with `root_path`. If a proxy strips a prefix, and that is set as the
`root_path` of FastAPI, hypercorn or daphne, then `path` starts after that prefix.
"""

import inspect
from collections.abc import Awaitable, Iterator

from starlette.routing import Match, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send


def root_of(scope: Scope) -> str:
    """Return the path of the app as clients see it, with the prefix of a proxy and without a slash at the end."""
    outer, root = str(scope.get("app_root_path", "")), str(scope.get("root_path", ""))
    # A mount appends its path to the root path of the server, even if that ends with a slash.
    return outer.rstrip("/") + root.removeprefix(outer).rstrip("/")


def path_in_app(scope: Scope) -> str:
    """Return the requested path below the app; it is empty or `/` for the app itself."""
    path, root = str(scope["path"]), root_of(scope)
    # Starlette's routes set this to the root path that the server has passed.
    outer = str(scope.get("app_root_path", "")).rstrip("/")
    for prefix in (root, root.removeprefix(outer)):
        if prefix and f"{path}/".startswith(f"{prefix}/"):
            return path[len(prefix) :]
    return path


def is_below_mount(scope: Scope) -> bool:
    """Return whether a mount of Starlette passed a request for a path below the app.

    Without a mount, as for an app that a server runs directly, every path counts as the endpoint.
    """
    if path_in_app(scope) in ("", "/") or "app_root_path" not in scope:
        return False
    endpoint = scope.get("endpoint")
    if inspect.isroutine(endpoint):
        return False  # a function with a route of its own calls the app
    return not any(
        route.endpoint is endpoint and route.matches(scope)[0] is Match.FULL
        for route in _leaves(getattr(scope.get("app"), "routes", None))
    )


def is_endpoint(app: ASGIApp, scope: Scope) -> bool:
    """Return whether the request is for the path of `app`, or was matched by a route to it."""
    if path_in_app(scope) in ("", "/"):
        return True
    return scope.get("endpoint") is app and not is_below_mount(scope)


def _leaves(routes: object) -> Iterator[Route | WebSocketRoute]:
    # A mount has the `routes` of its app, which may be of any type.
    for route in routes if isinstance(routes, list) else ():
        if isinstance(route, Route | WebSocketRoute):
            yield route
        else:
            yield from _leaves(getattr(route, "routes", None))


class Mounted:
    """Calls `app` with the path that a route has matched, without `rest` at its end, as its `root_path`.

    The scope is changed, as a mount of Starlette does: a copy would take memory as long as a socket lives.
    """

    def __init__(self, app: ASGIApp, rest: str = "") -> None:
        self._app = app
        self._rest = rest

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve one ASGI connection."""
        outer = str(scope.get("root_path", ""))
        root = outer.rstrip("/") + path_in_app(scope).rstrip("/").removesuffix(self._rest)
        scope.setdefault("app_root_path", outer.rstrip("/"))
        scope.update(root_path=root, endpoint=self._app)
        return self._app(scope, receive, send)
