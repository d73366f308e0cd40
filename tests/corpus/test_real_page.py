"""A page of a browser, with its own sockets, clock and events, follows topics of a real server."""

import asyncio
from pathlib import Path

import pytest

from tests.corpus.app import make_app
from tests.corpus.test_typescript import node
from tests.page.browsers import BROWSERS, OPEN
from tests.page.tabs import Tab
from tests.runtime.server import serving
from tests.runtime.services import until
from wsgen_runtime import WsApp

PAGE = """
(() => {
  const { Client, command, state, stream } = wsgenRuntime;
  const feed = new Client("ws://HOST/", { runtime: 1, digest: "another" });
  const change = (book, { price, size }) => ({ sizes: { ...book.sizes, [price]: size } });
  const book = state(feed, "book", { symbol: "AAPL" }, {}, change);
  const seen = { states: [], bars: [], outdated: 0, books: 0 };
  feed.$on("state", ({ state }) => seen.states.push(state));
  feed.$on("outdated", () => (seen.outdated += 1));
  book.subscribe(() => (seen.books += 1));
  (async () => {
    for await (const bar of stream(feed, "bars", { symbol: "AAPL" })) seen.bars.push(bar.close);
  })();
  const order = (symbol, quantity) => command(feed, "orders.place", { symbol, quantity });
  Object.assign(globalThis, { feed, book, seen, order });
})()
"""


def talk(page: Tab, host: str, script: str) -> None:
    """Let a page follow topics of the server at `host`, over a connection that is lost."""
    page.evaluate(script)
    page.evaluate(PAGE.replace("HOST", host))
    page.wait_for("book.current")
    assert page.evaluate("order('BARS', 2)") == {"number": 1}
    assert page.evaluate("order('BOOK', 1)") == {"number": 2}
    # The answer is lost with the connection, and comes over the next one; so do the updates.
    assert page.evaluate("order('BARS, BOOK, CLOSE', 2)") == {"number": 3}
    page.wait_for("seen.bars.length === 4")
    page.wait_for("Object.keys(book.current.sizes).length === 2")
    seen = page.evaluate("seen")
    assert seen["bars"] == [0, 1, 0, 1]
    assert seen["outdated"] == 1
    once = ["token", "connecting", "hello", "open"]
    assert seen["states"] == [*once, "waiting", *once]
    page.evaluate("dispatchEvent(new Event('pagehide'))")
    assert page.evaluate("feed.$state") == "waiting"
    page.evaluate("dispatchEvent(new Event('pageshow'))")
    page.wait_for("feed.$state === 'open'")
    assert page.evaluate("order('BARS', 1)") == {"number": 4}
    page.wait_for("seen.bars.length === 5")


@pytest.mark.slow
@pytest.mark.parametrize("browser", BROWSERS)
async def test_a_page_follows_topics_of_a_real_server(browser: str, tmp_path: Path) -> None:
    app: WsApp = make_app()

    async with serving(app) as host:
        script = await asyncio.to_thread(node, "bundle.mjs")

        def drive() -> None:
            with OPEN[browser](tmp_path) as page:
                talk(page, host, script)
                page.leave()  # its connection ends with it

        await asyncio.to_thread(drive)
        await until(lambda: not app.clients)
