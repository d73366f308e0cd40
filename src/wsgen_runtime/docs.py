"""WsDocs: an index of the WebSocket modules of an application, with a link to the page of each."""

from collections.abc import Mapping

from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Router
from starlette.types import Receive, Scope, Send

from wsgen_runtime.connections.paths import path_in_app
from wsgen_runtime.documents.http import Served
from wsgen_runtime.documents.index import render_index
from wsgen_runtime.documents.page import content_security_policy


class WsDocs:
    """An ASGI application that lists `apps`, which are given by the path where each is mounted.

        app.mount("/api/v1/datafeed/ws", datafeed)
        app.mount("/ws-docs", WsDocs({"/api/v1/datafeed/ws": datafeed}, title="Trading"))

    Paths are relative to the application in which all apps are mounted, so that links are right behind a
    proxy's `root_path`; an address with a host is used unchanged. Apps with `docs=False` are not listed. Raises
    ValueError for a path that starts neither with `/` nor with `https://` or `http://`.
    """

    def __init__(self, apps: Mapping[str, Served], *, title: str = "WebSocket modules") -> None:
        for path in apps:
            if not path.startswith(("/", "https://", "http://")):
                raise ValueError(f"{path!r} is not a path: it must start with '/'")
        self.title = title
        self._apps = {path.rstrip("/"): app for path, app in apps.items()}
        self._others = Router()  # serves the lifespan, and closes sockets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request with the index."""
        answer = self._answer(scope) if scope["type"] == "http" else self._others
        await answer(scope, receive, send)

    def _answer(self, scope: Scope) -> Response:
        if scope["method"] not in ("GET", "HEAD"):
            return PlainTextResponse("Method Not Allowed", 405, {"allow": "GET, HEAD"})
        if path_in_app(scope).strip("/"):
            return PlainTextResponse("Not Found", 404)
        # That of the application in which this one is mounted.
        root = str(scope.get("app_root_path", scope.get("root_path", ""))).rstrip("/")
        listed = {
            root + path if path.startswith("/") or not path else path: app
            for path, app in self._apps.items()
            if app.docs
        }
        html = render_index(listed, title=self.title)
        headers = {
            "content-security-policy": content_security_policy(html),
            "x-content-type-options": "nosniff",
            "cache-control": "no-cache",
        }
        return HTMLResponse(html, headers=headers)
