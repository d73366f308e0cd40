"""What the app answers to plain HTTP: its documents, its metrics, and who takes the endpoint for a page."""

import importlib
from collections.abc import Iterable
from urllib.parse import quote

from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from wsgen_runtime.metrics import CONTENT_TYPE, render_metrics
from wsgen_runtime.paths import is_endpoint, path_in_app, root_of
from wsgen_runtime.served import Served

TEXT = "text/plain; charset=utf-8"

_ALLOW = ((b"allow", b"GET, HEAD"),)
_DOCS = ("/asyncapi", "/asyncapi.json", "/asyncapi.yaml")


async def serve_http(app: Served, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one HTTP request to `app`."""
    path = path_in_app(scope)
    if not app.pages.knows_host(HTTPConnection(scope)):
        await respond(send, 400, TEXT, b"Unknown host")
    elif app.docs and path in _DOCS:
        # Imported late and by name: the documents need more than serving sockets does.
        asyncapi = importlib.import_module("wsgen_runtime.asyncapi")
        await asyncapi.docs_app(app)(scope, receive, send)
    elif is_endpoint(app, scope):
        await _explain(app, scope, send)
    elif not app.metrics or path != "/metrics":
        await respond(send, 404, TEXT, b"Not Found")
    elif scope["method"] not in ("GET", "HEAD"):
        await respond(send, 405, TEXT, b"Method Not Allowed", headers=_ALLOW)
    else:
        await respond(send, 200, CONTENT_TYPE, render_metrics(app.title, app.stats))


async def _explain(app: Served, scope: Scope, send: Send) -> None:
    """Send a browser to the page of the documents, and say to others that this is an endpoint for WebSockets."""
    text, headers = "This is a WebSocket endpoint.\n", [(b"vary", b"accept")]
    below = path_in_app(scope)
    if scope["method"] not in ("GET", "HEAD"):
        await respond(send, 405, TEXT, b"Method Not Allowed", headers=_ALLOW)
        return
    if app.docs and below in ("", "/"):
        text = f"This is a WebSocket endpoint. Its documentation is at {quote(root_of(scope))}/asyncapi\n"
        if "text/html" in HTTPConnection(scope).headers.get("accept", "").lower():
            # Relative: right behind proxies too that do not say which prefix they strip.
            place = "" if below else quote(str(scope["path"]).rpartition("/")[2]) + "/"
            headers.append((b"location", f"./{place}asyncapi".encode()))
            await respond(send, 307, TEXT, text.encode(), headers=headers)
            return
    if str(scope.get("http_version", "1.1")).startswith("1"):  # HTTP/2 knows no such headers
        headers += [(b"upgrade", b"websocket"), (b"connection", b"upgrade")]
    await respond(send, 426, TEXT, text.encode(), headers=headers)


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
