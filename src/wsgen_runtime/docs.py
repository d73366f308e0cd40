"""WsDocs: an index of an application's WebSocket modules, each with a link to its page."""

from collections.abc import Mapping

from starlette.types import Receive, Scope, Send

from wsgen_runtime.index_page import Entry, render_index
from wsgen_runtime.page import content_security_policy
from wsgen_runtime.paths import path_in_app
from wsgen_runtime.served import Served


class WsDocs:
    """An ASGI application that lists `apps`, each by the path where it is mounted.

        app.mount("/api/v1/datafeed/ws", datafeed)
        app.mount("/ws-docs", WsDocs({"/api/v1/datafeed/ws": datafeed}, title="Trading"))

    The paths are those of the application that all are mounted in, so that the links are right behind a proxy's
    `root_path`; an address with a host is taken as it stands. Apps with `docs=False` are not listed. Raises
    ValueError for a path that does not start with `/`.
    """

    def __init__(self, apps: Mapping[str, Served], *, title: str = "WebSocket modules") -> None:
        for path in apps:
            if not path.startswith(("/", "https://", "http://")):
                raise ValueError(f"{path!r} is no path: it must start with '/'")
        self.title = title
        self._apps = {path.rstrip("/"): app for path, app in apps.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request with the index."""
        if scope["type"] == "lifespan":
            await _serve_lifespan(receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1000})
        elif scope["method"] not in ("GET", "HEAD"):
            await _respond(send, 405, "Method Not Allowed", {b"allow": b"GET, HEAD"})
        elif path_in_app(scope).strip("/"):
            await _respond(send, 404, "Not Found", {})
        else:
            html = render_index(self._entries(_outer_root(scope)), title=self.title)
            headers = {
                b"content-type": b"text/html; charset=utf-8",
                b"content-security-policy": content_security_policy(html).encode(),
                b"x-content-type-options": b"nosniff",
                b"cache-control": b"no-cache",
            }
            await _respond(send, 200, html, headers, content=scope["method"] == "GET")

    def _entries(self, root: str) -> list[Entry]:
        return [
            Entry(
                title=app.title,
                version=app.version,
                description=app.description,
                endpoint=root + path if path.startswith("/") or not path else path,
                routes=tuple((router.route, router.deprecated) for router in app.routers.values()),
            )
            for path, app in self._apps.items()
            if app.docs
        ]


def _outer_root(scope: Scope) -> str:
    """Return the path of the application that this one is mounted in; Starlette says which that is."""
    return str(scope.get("app_root_path", scope.get("root_path", ""))).rstrip("/")


async def _serve_lifespan(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


async def _respond(
    send: Send, status: int, text: str, headers: Mapping[bytes, bytes], *, content: bool = True
) -> None:
    body = text.encode()
    fields = {b"content-type": b"text/plain; charset=utf-8", **headers}
    fields[b"content-length"] = str(len(body)).encode()
    await send({"type": "http.response.start", "status": status, "headers": [*fields.items()]})
    await send({"type": "http.response.body", "body": body if content else b""})
