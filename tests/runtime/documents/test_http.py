"""What a running app answers, and that its frames are the documented ones."""

import json
from collections.abc import Callable

import httpx
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.types import ASGIApp
from tests.asyncapi.documents import Json, frame_errors, messages_of, official_errors
from tests.asyncapi.models import Request, Tree

from wsgen_runtime import Delivery, TopicUpdate, WsApp, WsRouter
from wsgen_runtime.asyncapi import docs_app
from wsgen_runtime.documents.yaml_writer import format_yaml
from wsgen_runtime.testing import connect


class Service:
    """Sends one tree to each topic; the test can send more."""

    def __init__(self) -> None:
        self.update: TopicUpdate | None = None

    async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
        self.update = topic_update
        topic_update(Tree(children=[Tree()]))

    def remove_topic(self, topic: str) -> None:
        self.update = None


def build(*, docs: bool = True) -> WsApp:
    router = WsRouter(
        service=Service(),
        route="trees",
        tags=["wood"],
        request_type=Request,
        data_type=Tree | None,
        delivery=Delivery(queue=2, overflow="latest"),
        deprecated=True,
    )
    return WsApp(
        title="Forest", description="All trees.", version="1.2.3", routers=[router], docs=docs
    )


async def get(app: ASGIApp, path: str, **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        return await client.get(path, headers={k.replace("_", "-"): v for k, v in headers.items()})


async def test_json_is_a_valid_document() -> None:
    response = await get(build(), "/asyncapi.json")
    document = response.json()
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("application/vnd.aai.asyncapi+json")
    assert official_errors(document) == []
    description = document["info"].pop("description")
    assert document["info"] == {"title": "Forest", "version": "1.2.3"}
    assert description.startswith("All trees.\n\nThe server closes the socket with")
    operation = document["operations"]["endpointTreesUpdate"]
    assert operation["tags"] == [{"name": "wood"}]
    assert operation["x-deprecated"] is True
    assert operation["x-delivery"] == {"queue": 2, "overflow": "latest"}
    assert "route" not in {name.partition(".")[0] for name in document["operations"]}


async def test_yaml_and_json_are_the_same_document() -> None:
    app = build()
    text = (await get(app, "/asyncapi.yaml")).text
    assert yaml.safe_load(text) == (await get(app, "/asyncapi.json")).json()
    assert text.startswith('asyncapi: "3.1.0"\ninfo:\n  title: ')
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)


# Texts that a YAML reader may interpret as something else.
_TRAPS = ["no", "~", "1e5", "0o7", "1:30", "2020-01-01", "<<", "=", "- a", "a: b", "a #b", "", " "]
_BLOCKS = [
    "a\nb",
    "a\n",
    "a\n\n",
    " a\nb",
    "\n",
    "a\n b\n",
    "a\n---\nb",
    "a\n\tb",
    "x\r\ny",
    "a\x85\nb",
]
_TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(_TRAPS + _BLOCKS)
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXTS
)
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner) | st.dictionaries(_TEXTS, inner), max_leaves=12
)


@given(st.dictionaries(_TEXTS, _VALUES, min_size=1))
def test_any_document_is_the_same_in_yaml(document: dict[str, object]) -> None:
    assert yaml.safe_load(format_yaml(document)) == document


async def test_address_is_where_the_app_is_mounted() -> None:
    host = Starlette()
    host.mount("/api/ws", build())
    document = (await get(host, "/api/ws/asyncapi.json")).json()
    assert document["channels"]["endpoint"]["address"] == "/api/ws"


async def test_a_client_with_the_current_document_gets_304() -> None:
    app = build()
    first = await get(app, "/asyncapi.json")
    again = await get(app, "/asyncapi.json", if_none_match=f'"x", W/{first.headers["etag"]}')
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == first.headers["etag"]


async def test_documents_are_served_apart_from_their_app() -> None:
    documents = docs_app(build(docs=False))
    assert (await get(documents, "/asyncapi.json")).json() == (
        await get(build(), "/asyncapi.json")
    ).json()
    assert (await get(documents, "/")).status_code == 404
    transport = httpx.ASGITransport(app=documents)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        assert (await client.post("/asyncapi.json")).status_code == 405


async def test_other_paths_are_not_documents() -> None:
    assert (await get(build(), "/asyncapi.json.bak")).status_code == 404
    assert (await get(build(docs=False), "/asyncapi.json")).status_code == 404
    transport = httpx.ASGITransport(app=build())
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        assert (await client.post("/asyncapi.json")).status_code == 405
        head = await client.head("/asyncapi.json")
    assert (head.status_code, head.content) == (200, b"")


async def test_frames_of_a_conversation_are_the_documented_messages() -> None:
    app = build()
    document: Json = (await get(app, "/asyncapi.json")).json()
    asked: list[Json] = [
        {"type": "trees.subscribe", "payload": {"sym": "A"}, "id": 1},
        {"type": "trees.subscribe", "payload": {"symbol": "A"}, "id": "bad"},
        {"type": "ping", "id": 2},
        {"type": "nothing"},
        {"type": "trees.unsubscribe", "payload": {"sym": "A"}},
        {"type": "trees.unsubscribe", "payload": {"sym": "A"}, "id": None},
    ]
    received: list[Json] = []
    async with connect(app) as client:
        kinds: list[str] = []

        async def receive_until(done: Callable[[], bool]) -> None:
            while not done():
                received.append(await client.receive())
                kinds.append(received[-1]["type"])

        await client.send(asked[0])
        await receive_until(lambda: "trees.update" in kinds)
        for frame in asked[1:]:
            await client.send(frame)
        await client.send_text("{")
        await receive_until(lambda: kinds.count("error") == 4)
    assert {"trees.subscribe.response", "trees.update", "pong", "error"} <= set(kinds)
    assert [frame_errors(document, frame) for frame in received] == [[]] * len(received)
    for frame in received:
        for path in _required(frame):
            assert frame_errors(document, _without(frame, path)), path
    assert frame_errors(document, asked[0]) == []
    assert frame_errors(document, asked[1]) != []


def _required(frame: Json) -> list[tuple[str, ...]]:
    paths: list[tuple[str, ...]] = [(key,) for key in frame if key not in ("id", "type")]
    payload = frame.get("payload")
    return paths + [("payload", key) for key in (payload or {})]


def _without(frame: Json, path: tuple[str, ...]) -> Json:
    copy: Json = json.loads(json.dumps(frame))
    *parents, last = path
    target = copy
    for key in parents:
        target = target[key]
    del target[last]
    return copy


async def test_generated_routers_are_described_by_their_stub() -> None:
    from specs.datafeed.ws_generated import BarWsRouter, QuoteWsRouter

    class Renamed(BarWsRouter):
        """Derived, as apps do."""

    service = Service()
    routers = [Renamed(service=service, route="candles"), QuoteWsRouter(service=service)]
    document = (await get(WsApp(routers=routers), "/asyncapi.json")).json()
    assert official_errors(document) == []
    messages = messages_of(document)
    assert messages["candles.update"]["description"] == "One update for each new or changed bar."
    assert messages["candles.update"]["title"] == "DatafeedCandlesUpdateMessage"
    assert messages["candles.subscribe"]["summary"] == "Subscribe to candles"
    assert not [name for name in messages if name.startswith("bars.")]
    assert "trading_api.models:" not in json.dumps(document)
    assert _dangling(document) == []


def _dangling(document: Json) -> list[str]:
    found = []

    def walk(node: object) -> None:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                target: object = document
                for part in node["$ref"].removeprefix("#/").split("/"):
                    target = target.get(part) if isinstance(target, dict) else None
                if target is None:
                    found.append(node["$ref"])
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(document)
    return found


async def test_many_mounts_do_not_fill_the_memory() -> None:
    from wsgen_runtime.documents import http

    app = build()
    for number in range(60):
        transport = httpx.ASGITransport(app=app, root_path=f"/{number}")
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            assert (await client.get(f"/{number}/asyncapi.json")).status_code == 200
    assert len(http._made[app]) <= 48


async def test_page_has_a_policy_or_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    from wsgen_runtime.documents import page

    def render(document: object, *, title: str) -> str:
        policy = page.policy_of(["1"], [])
        meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        return f"<!doctype html>{meta}<title>{title}</title><script>1</script>"

    monkeypatch.setattr(page, "render_page", render)
    response = await get(build(), "/asyncapi")
    assert response.status_code == 200
    assert "script-src 'sha256-" in response.headers["content-security-policy"]

    def missing(document: object, *, title: str) -> str:
        raise page.PageAssetsMissingError("run make page")

    monkeypatch.setattr(page, "render_page", missing)
    response = await get(build(), "/asyncapi")
    assert (response.status_code, response.text) == (503, "run make page")
