"""Answers HTTP requests to an app: for documents, for metrics, and for the endpoint itself."""

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol
from urllib.parse import quote
from weakref import WeakKeyDictionary

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from wsgen_runtime.command import WsCommands
from wsgen_runtime.connections.origins import AllowedPages
from wsgen_runtime.connections.paths import is_endpoint, path_in_app, root_of
from wsgen_runtime.documents.metrics import CONTENT_TYPE, render_metrics
from wsgen_runtime.router import WsRouter
from wsgen_runtime.stats import Stats

_JSON = "application/vnd.aai.asyncapi+json; charset=utf-8"
_YAML = "application/vnd.aai.asyncapi+yaml; charset=utf-8"
_READING = ("GET", "HEAD")
_ADDRESSES = 16  # root paths of one app; more than a few are made up, and must not fill the memory


class Served(Protocol):
    """The part of `WsApp` that serving HTTP needs."""

    title: str
    version: str
    description: str
    docs: bool
    metrics: bool
    pages: AllowedPages

    @property
    def routers(self) -> Mapping[str, WsRouter]:
        """Return the routers by their route, in the order given."""
        raise NotImplementedError

    @property
    def commands(self) -> Sequence[WsCommands]:
        """Return what serves the commands, in the order given."""
        raise NotImplementedError

    @property
    def stats(self) -> Stats:
        """Return the present statistics."""
        raise NotImplementedError

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""


@dataclass(frozen=True, slots=True)
class _Body:
    """A cached answer; each request gets a new response, since a middleware may change its headers."""

    content: str
    media_type: str
    headers: Mapping[str, str]
    status: int = 200


async def serve_http(app: Served, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one HTTP request to `app`."""
    response = await _answer(app, scope)
    await response(scope, receive, send)  # for HEAD, the server leaves out the body


def served_paths(app: Served) -> tuple[str, ...]:
    """Return the paths below `app` at which it answers HTTP requests."""
    return (*(_MAKERS if app.docs else ()), *(("/metrics",) if app.metrics else ()))


def docs_app(app: Served) -> ASGIApp:
    """Return an ASGI application that serves only the documents of `app`, also those of an app with `docs=False`.

    It answers `/asyncapi`, `/asyncapi.json` and `/asyncapi.yaml` below the path where it is mounted, which the
    documents name as the address of the endpoint.
    """

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if path_in_app(scope) not in _MAKERS:
            response: Response = PlainTextResponse("Not Found", 404)
        elif scope["method"] not in _READING:
            response = _not_allowed()
        else:
            response = await _document_response(app, scope)
        await response(scope, receive, send)

    return serve


async def _answer(app: Served, scope: Scope) -> Response:
    path = path_in_app(scope)
    if not app.pages.knows_host(HTTPConnection(scope)):
        return PlainTextResponse("Unknown host", 400)
    is_served = path in served_paths(app)
    is_document = is_served and path in _MAKERS
    is_place = not is_document and is_endpoint(app, scope)
    if not (is_served or is_place):
        return PlainTextResponse("Not Found", 404)
    if scope["method"] not in _READING:
        return _not_allowed()
    if is_document:
        return await _document_response(app, scope)
    if is_place:
        return _explain(app, scope)
    return Response(render_metrics(app.title, app.stats), media_type=CONTENT_TYPE)


def _not_allowed() -> Response:
    return PlainTextResponse("Method Not Allowed", 405, {"allow": "GET, HEAD"})


def _explain(app: Served, scope: Scope) -> Response:
    """Redirect a browser to the page of the documents; tell others that this is a WebSocket endpoint."""
    text, headers = "This is a WebSocket endpoint.\n", {"vary": "accept"}
    below = path_in_app(scope)
    if app.docs and below in ("", "/"):
        text = f"This is a WebSocket endpoint. Its documentation is at {quote(root_of(scope))}/asyncapi\n"
        if "text/html" in HTTPConnection(scope).headers.get("accept", "").lower():
            # Relative, so that it is right behind proxies that strip a prefix without passing it on.
            place = "" if below else quote(str(scope["path"]).rpartition("/")[2]) + "/"
            headers["location"] = f"./{place}asyncapi"
            return PlainTextResponse(text, 307, headers)
    if str(scope.get("http_version", "1.1")).startswith("1"):  # HTTP/2 does not have these headers
        headers |= {"upgrade": "websocket", "connection": "upgrade"}
    return PlainTextResponse(text, 426, headers)


# The answers of each app by root path and path; removed together with the app.
_made: "WeakKeyDictionary[Served, dict[tuple[str, str], _Body]]" = WeakKeyDictionary()


async def _document_response(app: Served, scope: Scope) -> Response:
    """Return the answer to a request for one of the documents of `app`.

    `/asyncapi.json` and `/asyncapi.yaml` are the document, `/asyncapi` is its page. The document is created at
    the first request, in a thread. Its address is the one that was requested, so that it is right behind a
    mount and behind a proxy's `root_path`.
    """
    body = await _body(app, root_of(scope), path_in_app(scope))
    if body.headers.get("etag") in _known_to(scope):
        return Response(status_code=304, headers=body.headers)
    return Response(body.content, body.status, body.headers, body.media_type)


async def _body(app: Served, root: str, path: str) -> _Body:
    made = _made.setdefault(app, {})
    if (root, path) not in made:
        body = await asyncio.to_thread(_MAKERS[path], app, root)
        if len(made) >= _ADDRESSES * len(_MAKERS):
            made.clear()
        made[root, path] = body
    return made[root, path]


def describe_app(app: Served, root: str, *, examples: bool = True) -> dict[str, object]:
    """Return the AsyncAPI document of `app`, whose path is `root`, with or without `examples`."""
    # Imported late, like all that only documents need: many apps never serve one.
    from wsgen_runtime.documents.describe import describe

    return describe(
        app.routers.values(),
        app.commands,
        title=app.title,
        version=app.version,
        description=app.description,
        address=root or "/",
        examples=examples,
    )


def _make_json(app: Served, root: str) -> _Body:
    return _tagged(_JSON, json.dumps(describe_app(app, root), indent=2, ensure_ascii=False))


def _make_yaml(app: Served, root: str) -> _Body:
    from wsgen_runtime.documents.yaml_writer import format_yaml

    return _tagged(_YAML, format_yaml(describe_app(app, root)))


def _make_page(app: Served, root: str) -> _Body:
    from wsgen_runtime.documents import page

    try:
        html = page.render_page(describe_app(app, root), title=app.title)
    except page.PageAssetsMissingError as error:
        return _Body(str(error), "text/plain", {}, 503)
    policy = page.content_security_policy(html)
    return _tagged("text/html", html, {"content-security-policy": policy})


_MAKERS = {
    "/asyncapi": _make_page,
    "/asyncapi.json": _make_json,
    "/asyncapi.yaml": _make_yaml,
}


def _tagged(media_type: str, text: str, headers: Mapping[str, str] = MappingProxyType({})) -> _Body:
    tag = hashlib.sha256(text.encode()).hexdigest()[:32]
    # With a tag, to revalidate at each request is cheap, and a new version is seen at once.
    caching = {"etag": f'"{tag}"', "cache-control": "no-cache", "x-content-type-options": "nosniff"}
    return _Body(text, media_type, caching | dict(headers))


def _known_to(scope: Scope) -> frozenset[str]:
    """Return the entity tags that the client has."""
    tags = ",".join(Headers(scope=scope).getlist("if-none-match")).split(",")
    return frozenset(tag.strip().removeprefix("W/") for tag in tags)
