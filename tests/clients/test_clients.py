"""Clients of other projects hear the same from prepared messages as from uvicorn's own protocol."""

import asyncio
import json
import re
import subprocess
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.clients import python_clients
from tests.clients.conversation import BURST, SUBSCRIBE, Client, converse
from tests.clients.python_clients import Heard, Options
from tests.page.browsers import BROWSERS, OPEN
from tests.page.tabs import Tab
from tests.parts import NODE, require
from tests.runtime.framing.offers import OFFERS

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
TALK = (HERE / "talk.js").read_text("utf-8").rstrip().removesuffix(";")
OWN, PREPARED = "websockets-sansio", "wsgen_runtime.uvicorn:Protocol"


async def by_node(address: str, subscribe: str, options: Options) -> Heard:
    command = [require(NODE), str(HERE.parent / "npm/talk.mjs"), address, subscribe]
    process = await asyncio.create_subprocess_exec(
        *command, json.dumps(options), stdout=subprocess.PIPE
    )
    printed, _ = await process.communicate()
    return Heard(**json.loads(printed))


def in_tab(tab: Tab, address: str, subscribe: str) -> Heard:
    call = f"({TALK})({json.dumps(address)}, {json.dumps(subscribe)}, WebSocket)"
    return Heard(**tab.evaluate(call))


NODE_OFFERS: dict[str, Options] = {
    "none": {"perMessageDeflate": False},
    "parameters": {"perMessageDeflate": True},
    **{
        f"window {bits}": {"perMessageDeflate": {"serverMaxWindowBits": bits}}
        for bits in (8, 9, 10, 15)
    },
    "no takeover": {
        "perMessageDeflate": {"serverNoContextTakeover": True, "clientNoContextTakeover": True}
    },
}
AUTOBAHN_OFFERS: dict[str, Options] = {
    "none": {},
    "parameters": {"offer": {}},
    **{f"window {bits}": {"offer": {"request_max_window_bits": bits}} for bits in (9, 10, 15)},
    "no takeover": {"offer": {"request_no_context_takeover": True}},
}
CLIENTS: list[tuple[str, Any, dict[str, Options]]] = [
    (
        "websockets",
        python_clients.by_websockets,
        {name: {} if offer is None else {"offer": offer} for name, offer in OFFERS.items()},
    ),
    ("picows", python_clients.by_picows, {"none": {}}),
    ("picows", python_clients.by_picows_with_deflate, {"parameters": {"compression": "deflate"}}),
    (
        "aiohttp",
        python_clients.by_aiohttp,
        {"none": {}, **{f"window {bits}": {"compress": bits} for bits in (9, 10, 12, 15)}},
    ),
    ("autobahn", python_clients.by_autobahn, AUTOBAHN_OFFERS),
    ("ws", by_node, NODE_OFFERS),
]
CASES = [
    pytest.param(client, options, id=f"{name}, {offer}")
    for name, client, offers in CLIENTS
    for offer, options in offers.items()
]


async def both(client: Client, **options: Any) -> tuple[Heard, Heard]:
    return await converse(OWN, client, **options), await converse(PREPARED, client, **options)


def require_same(own: Heard, prepared: Heard) -> None:
    require_same_texts(own, prepared)
    # The answer differs by one parameter.
    told = re.sub("; server_no_context_takeover", "", prepared.extensions)
    assert told == re.sub("; server_no_context_takeover", "", own.extensions)
    assert ("server_no_context_takeover" in prepared.extensions) is bool(own.extensions)


def require_same_texts(own: Heard, prepared: Heard) -> None:
    assert prepared.texts == own.texts
    assert prepared.code == own.code == 4000
    updates = [json.loads(text) for text in own.texts if '"bars.update"' in text]
    assert [update["payload"]["payload"] for update in updates] == [
        *BURST,
        *BURST,
        "please ask",
        *BURST,
    ]


@pytest.mark.parametrize(("client", "options"), CASES)
async def test_a_client_hears_the_same(client: Any, options: Options) -> None:
    require_same(*await both(partial(client, subscribe=SUBSCRIBE, options=options)))


@pytest.mark.parametrize("browser", BROWSERS)
async def test_a_browser_hears_the_same(browser: str, tmp_path: Path) -> None:
    with OPEN[browser](tmp_path) as tab:

        async def client(address: str) -> Heard:
            return await asyncio.to_thread(in_tab, tab, address, SUBSCRIBE)

        own, prepared = await both(client)
        # A browser makes one offer, always: it is for the server to decline.
        plain = await both(client, ws_per_message_deflate=False)
    if browser == "firefox":  # it tells the name of an extension, without the parameters
        require_same_texts(own, prepared)
        assert own.extensions == prepared.extensions == "permessage-deflate"
    else:
        require_same(own, prepared)
        assert prepared.extensions.startswith("permessage-deflate")
    require_same(*plain)
    assert plain[1].extensions == ""
