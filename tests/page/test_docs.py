"""The index of modules, asked over ASGI."""

import re

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp
from tests.page.app import BarWsRouter, Market, QuoteWsRouter

from wsgen_runtime import WsApp
from wsgen_runtime.docs import WsDocs


def module(title: str = "datafeed", *, docs: bool = True) -> WsApp:
    market = Market()
    return WsApp(
        title=title,
        version="2.1.0",
        description="Market <b>data</b>.\n\nMore.",
        routers=[BarWsRouter(market), QuoteWsRouter(market)],
        docs=docs,
    )


async def get(
    app: ASGIApp, path: str = "/", method: str = "GET", root_path: str = ""
) -> httpx.Response:
    transport = httpx.ASGITransport(app=app, root_path=root_path)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.request(method, path)


async def test_each_module_is_listed_with_its_documents() -> None:
    docs = WsDocs({"/a/ws": module("datafeed"), "/b/ws/": module("broker")}, title="Trading <x>")
    answer = await get(docs)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "Trading &lt;x&gt;" in answer.text
    for name, path in (("datafeed", "/a/ws"), ("broker", "/b/ws")):
        assert f'<a href="{path}/asyncapi">{name}</a>' in answer.text
        assert f'href="{path}/asyncapi.json"' in answer.text
    assert "Market &lt;b&gt;data&lt;/b&gt;." in answer.text
    assert "More." not in answer.text
    assert '<li class="deprecated" title="deprecated"><code>quotes</code>' in answer.text


async def test_links_are_right_in_an_app_behind_a_proxy() -> None:
    inner = module()
    app = FastAPI()
    app.mount("/api/ws", inner)
    app.mount("/ws-docs", WsDocs({"/api/ws": inner}))
    answer = await get(app, "/proxy/ws-docs/", root_path="/proxy")
    assert 'href="/proxy/api/ws/asyncapi"' in answer.text
    linked = await get(app, "/proxy/api/ws/asyncapi.json", root_path="/proxy")
    assert linked.status_code == 200


async def test_the_policy_allows_the_index_its_own_script_and_no_other() -> None:
    policy = (await get(WsDocs({"/ws": module()}))).headers["content-security-policy"]
    assert re.search("script-src 'sha256-[^ ]+';", policy)
    assert re.search("style-src 'sha256-[^ ]+';", policy)


async def test_a_module_without_documents_is_not_listed() -> None:
    assert "No module has documents." in (await get(WsDocs({"/ws": module(docs=False)}))).text


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/other", 404), ("POST", "/", 405), ("HEAD", "/", 200)]
)
async def test_there_is_nothing_else(method: str, path: str, status: int) -> None:
    answer = await get(WsDocs({"/ws": module()}), path, method)
    assert answer.status_code == status
    assert method != "HEAD" or answer.text == ""


def test_a_path_must_be_one() -> None:
    with pytest.raises(ValueError, match="must start with"):
        WsDocs({"ws": module()})
