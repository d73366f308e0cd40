"""A WsApp's documents over HTTP: JSON, YAML and the page, made once and cached by clients."""

import asyncio
import hashlib
import importlib
import json
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from starlette.types import ASGIApp, Receive, Scope, Send

from wsgen_runtime.asyncapi.document import describe
from wsgen_runtime.asyncapi.yaml_text import format_yaml
from wsgen_runtime.paths import path_in_app, root_of
from wsgen_runtime.served import Served

_JSON = "application/vnd.aai.asyncapi+json; charset=utf-8"
_YAML = "application/vnd.aai.asyncapi+yaml; charset=utf-8"
_ADDRESSES = 16  # a proxy has one; a stranger who invents more must not fill the memory


@dataclass(frozen=True, slots=True)
class _Body:
    """One answer, ready to be sent."""

    content_type: str
    content: bytes
    etag: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()


# What was made for each app: by where it is mounted, then by path. Gone with the app.
_made: "WeakKeyDictionary[Served, dict[tuple[str, str], _Body]]" = WeakKeyDictionary()


def docs_app(app: Served) -> ASGIApp:
    """Return the ASGI app that answers for the documents of `app`.

    `/asyncapi.json` and `/asyncapi.yaml` are the document, `/asyncapi` is its page. The document is made on the
    first request, in a thread, and says that the endpoint is where the request found it, so that it is right
    behind a mount and behind a proxy's `root_path`.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 - ASGI's signature
        root, path = root_of(scope), path_in_app(scope)
        if path not in _MAKERS:
            await _send(send, 404, _text("Not Found"))
        elif scope["method"] not in ("GET", "HEAD"):
            await _send(send, 405, _text("Method Not Allowed", (b"allow", b"GET, HEAD")))
        else:
            body, status = await _body(app, root, path), 200
            if path == "/asyncapi" and not body.etag:
                status = 503
            elif body.etag in _known_to(scope):
                status = 304
            await _send(send, status, body, content=scope["method"] == "GET" and status != 304)

    return answer


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
    page = importlib.import_module("wsgen_runtime.page")
    try:
        html: str = page.render_page(_document(app, root), title=app.title)
    except page.PageAssetsMissingError as error:
        return _text(str(error))
    policy = str(page.content_security_policy(html)).encode()
    return _tagged("text/html; charset=utf-8", html, (b"content-security-policy", policy))


_MAKERS = {
    "/asyncapi": _make_page,
    "/asyncapi.json": _make_json,
    "/asyncapi.yaml": _make_yaml,
}


def _tagged(content_type: str, text: str, *headers: tuple[bytes, bytes]) -> _Body:
    content = text.encode()
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'.encode()
    # Asking each time costs nothing with a tag, and a deployment shows at once.
    caching = ((b"etag", etag), (b"cache-control", b"no-cache"))
    return _Body(
        content_type, content, etag, (*caching, (b"x-content-type-options", b"nosniff"), *headers)
    )


def _text(text: str, *headers: tuple[bytes, bytes]) -> _Body:
    return _Body("text/plain; charset=utf-8", text.encode(), b"", headers)


def _known_to(scope: Scope) -> frozenset[bytes]:
    """Return the tags of what the client has; `*` is not among them: nothing here is ever missing."""
    values = [value for name, value in scope["headers"] if name == b"if-none-match"]
    tags = b",".join(values).split(b",")
    return frozenset(tag.strip().removeprefix(b"W/") for tag in tags) - {b""}


async def _send(send: Send, status: int, body: _Body, *, content: bool = True) -> None:
    headers = [*body.headers]
    if status != 304:
        headers.append((b"content-type", body.content_type.encode()))
        headers.append((b"content-length", str(len(body.content)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body.content if content else b""})
