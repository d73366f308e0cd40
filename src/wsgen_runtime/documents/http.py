"""What the app answers to plain HTTP: its documents, its metrics, and who takes the endpoint for a page."""

from urllib.parse import quote

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from wsgen_runtime.connections.paths import is_endpoint, path_in_app, root_of
from wsgen_runtime.documents.metrics import CONTENT_TYPE, render_metrics
from wsgen_runtime.documents.served import Served

_DOCS = ("/asyncapi", "/asyncapi.json", "/asyncapi.yaml")


async def serve_http(app: Served, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one HTTP request to `app`."""
    response = await _answer(app, scope)
    await response(scope, receive, send)  # to HEAD the server sends the head alone


async def _answer(app: Served, scope: Scope) -> Response:
    path, may_read = path_in_app(scope), scope["method"] in ("GET", "HEAD")
    if not app.pages.knows_host(HTTPConnection(scope)):
        return PlainTextResponse("Unknown host", 400)
    is_document = app.docs and path in _DOCS
    is_place = not is_document and is_endpoint(app, scope)
    if not (is_document or is_place or (app.metrics and path == "/metrics")):
        return PlainTextResponse("Not Found", 404)
    if not may_read:
        return PlainTextResponse("Method Not Allowed", 405, {"allow": "GET, HEAD"})
    if is_document:
        # Imported late: the documents need more than serving sockets does.
        from wsgen_runtime.documents.serve import document_response

        return await document_response(app, scope)
    if is_place:
        return _explain(app, scope)
    return Response(render_metrics(app.title, app.stats), media_type=CONTENT_TYPE)


def _explain(app: Served, scope: Scope) -> Response:
    """Send a browser to the page of the documents, and say to others that this is an endpoint for WebSockets."""
    text, headers = "This is a WebSocket endpoint.\n", {"vary": "accept"}
    below = path_in_app(scope)
    if app.docs and below in ("", "/"):
        text = f"This is a WebSocket endpoint. Its documentation is at {quote(root_of(scope))}/asyncapi\n"
        if "text/html" in HTTPConnection(scope).headers.get("accept", "").lower():
            # Relative: right behind proxies too that do not say which prefix they strip.
            place = "" if below else quote(str(scope["path"]).rpartition("/")[2]) + "/"
            headers["location"] = f"./{place}asyncapi"
            return PlainTextResponse(text, 307, headers)
    if str(scope.get("http_version", "1.1")).startswith("1"):  # HTTP/2 knows no such headers
        headers |= {"upgrade": "websocket", "connection": "upgrade"}
    return PlainTextResponse(text, 426, headers)
