"""What the endpoint answers to plain HTTP: its AsyncAPI documents, its metrics, otherwise 404."""

import importlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from wsgen_runtime.metrics import CONTENT_TYPE, render_metrics

if TYPE_CHECKING:
    from wsgen_runtime.app import WsApp

TEXT = "text/plain; charset=utf-8"

_DOCS = ("/asyncapi", "/asyncapi.json", "/asyncapi.yaml")


async def serve_http(app: "WsApp", scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one HTTP request to `app`."""
    path = _path_in_app(scope)
    if not app.pages.knows_host(HTTPConnection(scope)):
        await respond(send, 400, TEXT, b"Unknown host")
        return
    if app.docs and path.startswith(_DOCS):
        # Imported late and by name: the documents need more than serving sockets does.
        asyncapi = importlib.import_module("wsgen_runtime.asyncapi")
        await asyncapi.docs_app(app)(scope, receive, send)
        return
    if not app.metrics or path != "/metrics":
        await respond(send, 404, TEXT, b"Not Found")
    elif scope["method"] not in ("GET", "HEAD"):
        await respond(send, 405, TEXT, b"Method Not Allowed", headers=[(b"allow", b"GET, HEAD")])
    else:
        await respond(send, 200, CONTENT_TYPE, render_metrics(app.title, app.stats))


async def respond(
    send: Send,
    status: int,
    content_type: str,
    body: bytes,
    *,
    protocol: str = "http",
    headers: Iterable[tuple[bytes, bytes]] = (),
) -> None:
    """Send a whole response; the refusal of a socket has the protocol `websocket.http`.

    To HEAD the server sends the head alone.
    """
    fields = [
        (b"content-type", content_type.encode()),
        (b"content-length", str(len(body)).encode()),
        *headers,
    ]
    await send({"type": f"{protocol}.response.start", "status": status, "headers": fields})
    await send({"type": f"{protocol}.response.body", "body": body})


def _path_in_app(scope: Scope) -> str:
    """Return the path below the place where the app is mounted."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path.removeprefix(root) if root and path.startswith(root) else path
