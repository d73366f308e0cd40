"""A WsApp's documents over HTTP: JSON, YAML and the page, made once and cached by clients."""

import asyncio
import hashlib
import importlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from weakref import WeakKeyDictionary

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from wsgen_runtime.connections.paths import path_in_app, root_of
from wsgen_runtime.documents.describe import describe
from wsgen_runtime.documents.served import Served
from wsgen_runtime.documents.yaml_writer import format_yaml

_JSON = "application/vnd.aai.asyncapi+json; charset=utf-8"
_YAML = "application/vnd.aai.asyncapi+yaml; charset=utf-8"
_ADDRESSES = 16  # a proxy has one; a stranger who invents more must not fill the memory


@dataclass(frozen=True, slots=True)
class _Body:
    """One answer. Not a response, whose headers a middleware may change: each request gets one of its own."""

    content: str
    media_type: str
    headers: Mapping[str, str]
    status: int = 200


# What was made for each app: by where it is mounted, then by path. Gone with the app.
_made: "WeakKeyDictionary[Served, dict[tuple[str, str], _Body]]" = WeakKeyDictionary()


async def document_response(app: Served, scope: Scope) -> Response:
    """Return the answer to a request for one of the documents of `app`.

    `/asyncapi.json` and `/asyncapi.yaml` are the document, `/asyncapi` is its page. The document is made on the
    first request, in a thread, and says that the endpoint is where the request found it, so that it is right
    behind a mount and behind a proxy's `root_path`.
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


def _document(app: Served, root: str) -> dict[str, object]:
    return describe(
        app.routers.values(),
        title=app.title,
        version=app.version,
        description=app.description,
        address=root or "/",
    )


def _make_json(app: Served, root: str) -> _Body:
    return _tagged(_JSON, json.dumps(_document(app, root), indent=2, ensure_ascii=False))


def _make_yaml(app: Served, root: str) -> _Body:
    return _tagged(_YAML, format_yaml(_document(app, root)))


def _make_page(app: Served, root: str) -> _Body:
    # By name: the page is built apart, and only who opens it needs it.
    page = importlib.import_module("wsgen_runtime.documents.page")
    try:
        html: str = page.render_page(_document(app, root), title=app.title)
    except page.PageAssetsMissingError as error:
        return _Body(str(error), "text/plain", {}, 503)
    policy = str(page.content_security_policy(html))
    return _tagged("text/html", html, {"content-security-policy": policy})


_MAKERS = {
    "/asyncapi": _make_page,
    "/asyncapi.json": _make_json,
    "/asyncapi.yaml": _make_yaml,
}


def _tagged(media_type: str, text: str, headers: Mapping[str, str] = MappingProxyType({})) -> _Body:
    tag = hashlib.sha256(text.encode()).hexdigest()[:32]
    # Asking each time costs nothing with a tag, and a deployment shows at once.
    caching = {"etag": f'"{tag}"', "cache-control": "no-cache", "x-content-type-options": "nosniff"}
    return _Body(text, media_type, caching | dict(headers))


def _known_to(scope: Scope) -> frozenset[str]:
    """Return the tags of what the client has; `*` is not among them: nothing here is ever missing."""
    tags = ",".join(Headers(scope=scope).getlist("if-none-match")).split(",")
    return frozenset(tag.strip().removeprefix("W/") for tag in tags)
