"""The page in a real browser, against a real server."""

import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from tests.page.browser import Page
from tests.page.conftest import Save
from tests.page.sample import Document, sample_document
from tests.page.server_process import free_port, serve

from wsgen_runtime.documents.page import render_page

RECEIVED = "Number(document.querySelector('[data-number=received]')?.innerText ?? 0)"


def open_page(tab: Page, address: str) -> None:
    tab.open(address)
    tab.wait_for("document.querySelector('.console h2')")


def connect(tab: Page, base: str) -> None:
    open_page(tab, f"{base}/ws/asyncapi")
    tab.click("Connect")
    wait_for_status(tab, "open")


def wait_for_status(tab: Page, status: str) -> None:
    tab.wait_for(f"document.querySelector('.status')?.dataset.status === '{status}'")


def test_every_route_is_shown_and_no_other_host_is_asked(tab: Page, base: str) -> None:
    open_page(tab, f"{base}/ws/asyncapi")
    ids = tab.evaluate("[...document.querySelectorAll('li[id^=operation-]')].map(one => one.id)")
    for route in ("bars", "quotes"):
        for verb in ("subscribe", "unsubscribe", "update"):
            assert any(one.endswith(f"{route.title()}{verb.title()}") for one in ids)
        assert route in tab.text(".routes")
    reference = tab.text(".reference")
    assert "Up to 256 updates wait for a client that reads too slowly" in reference
    assert "specific information" not in reference
    assert "Extensions" not in reference
    assert tab.evaluate("document.querySelector('.connect input').value") == (
        base.replace("http", "ws") + "/ws/"
    )
    assert tab.requests == [f"{base}/ws/asyncapi"]
    assert tab.complaints == []


@pytest.mark.usefixtures("built_page")
def test_the_policy_is_sent(base: str) -> None:
    with urllib.request.urlopen(f"{base}/ws/asyncapi") as answer:
        assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_bars_arrive_until_unsubscribed(tab: Page, base: str) -> None:
    connect(tab, base)
    tab.click("Subscribe")
    tab.wait_for(f"{RECEIVED} >= 5")
    assert "volume" in tab.text(".latest")
    assert tab.text("[data-number=missed]") == "0"
    tab.wait_for("Number(document.querySelector('[data-number=rate]').innerText) > 1")
    tab.click("Unsubscribe", within=".card")
    tab.wait_for("!document.querySelector('.card')")
    tab.click("Disconnect")
    wait_for_status(tab, "idle")
    assert tab.complaints == []


def test_a_bad_payload_shows_its_error_at_its_field(tab: Page, base: str) -> None:
    connect(tab, base)
    tab.fill("input[type=number]", "900")
    tab.click("Subscribe")
    tab.wait_for("document.querySelector('.refusal')?.dataset.code === 'invalid_payload'")
    assert "less than or equal to 500" in tab.text(".field.wrong")
    assert tab.evaluate("document.querySelector('input[type=number]').ariaInvalid") == "true"
    assert "invalid" in tab.text("[role=status]")
    assert tab.evaluate("document.querySelectorAll('.card').length") == 0
    assert tab.complaints == []


def test_a_request_as_json_is_sent_as_it_stands(tab: Page, base: str) -> None:
    connect(tab, base)
    tab.click("JSON")
    tab.fill(".request textarea", '{"symbol": 7}')
    tab.click("Subscribe")
    tab.wait_for("document.querySelector('.refusal')")
    assert "payload.symbol" in tab.text(".refusal")
    tab.fill(".request textarea", '{"symbol": "MSFT"')
    assert "Not JSON yet" in tab.text(".request .fault")
    tab.fill(".request textarea", '{"symbol": "MSFT"}')
    tab.click("Subscribe")
    tab.wait_for(f"{RECEIVED} >= 1")
    assert not tab.evaluate("Boolean(document.querySelector('.refusal'))")


def test_examples_fill_in_the_form(tab: Page, save: Save) -> None:
    document = sample_document()
    message = document["channels"]["datafeed"]["messages"]["bars.subscribe"]
    message["examples"] = [
        {"name": "apple", "payload": {"type": "bars.subscribe", "payload": {"symbol": "AAPL.US"}}},
        {"summary": "Microsoft.", "payload": {"payload": {"symbol": "MSFT.US"}}},
    ]
    open_page(tab, save(render_page(document)))
    symbol = "document.querySelector('.request input[type=text]').value"
    assert tab.evaluate(symbol) == "AAPL.US"
    tab.evaluate(
        "(() => { const one = [...document.querySelectorAll('.request option')]"
        ".find(option => option.text === 'Microsoft.'); one.selected = true;"
        " one.parentElement.dispatchEvent(new Event('change', {bubbles: true})) })()"
    )
    tab.wait_for(f"{symbol} === 'MSFT.US'")
    assert tab.complaints == []


def test_lists_and_nested_objects_have_forms(tab: Page, base: str) -> None:
    connect(tab, base)
    tab.click("Add range")
    tab.fill("input[placeholder^='2025']", "2025-11-01T00:00:00Z")
    tab.click("Subscribe")
    tab.wait_for(f"{RECEIVED} >= 1")
    assert '"range": { "start": "2025-11-01T00:00:00Z" }' in tab.text(".parameters")
    tab.evaluate("document.querySelectorAll('.routes input')[1].click()")
    tab.wait_for("document.querySelectorAll('.item input').length === 2")
    tab.click("Add another")
    tab.wait_for("document.querySelectorAll('.item input').length === 3")
    tab.evaluate("document.querySelectorAll('.item input')[2].focus()")
    tab.send("Input.insertText", text="NVDA")
    tab.click("Subscribe")
    tab.wait_for("document.querySelector('.card[data-route=quotes][data-state=active]')")
    assert '[ "AAPL", "MSFT", "NVDA" ]' in tab.text(".card[data-route=quotes] .parameters")


def test_subscriptions_come_back_after_the_server(tab: Page) -> None:
    port = free_port()
    with serve(port) as base:
        connect(tab, base)
        tab.click("Subscribe")
        tab.wait_for(f"{RECEIVED} >= 1")
        assert tab.complaints == []
    wait_for_status(tab, "waiting")
    tab.wait_for("document.querySelector('.card').dataset.state === 'offline'")
    before = tab.evaluate(RECEIVED)
    with serve(port):
        wait_for_status(tab, "open")
        tab.wait_for(f"{RECEIVED} > {before}")
        assert tab.text("[data-number=missed]") == "0"
    # Chromium itself notes each attempt to connect to a server that is away; the page notes nothing.
    assert [one for one in tab.complaints if "ERR_CONNECTION_REFUSED" not in one] == []


def test_the_keyboard_is_enough(tab: Page, base: str) -> None:
    open_page(tab, f"{base}/ws/asyncapi")
    tab.evaluate("document.querySelector('.connect input').focus()")
    tab.press("Enter", 13)
    wait_for_status(tab, "open")
    tab.evaluate("document.querySelector('.routes input').focus()")
    tab.press("ArrowDown", 40)
    tab.wait_for("document.querySelectorAll('.routes input')[1].checked")
    tab.evaluate("document.querySelector('.item input').focus()")
    tab.press("Enter", 13)
    tab.wait_for("document.querySelector('.card[data-route=quotes][data-state=active]')")


def test_every_input_has_a_label(tab: Page, base: str) -> None:
    open_page(tab, f"{base}/ws/asyncapi")
    nameless = (
        "[...document.querySelectorAll('input, select, textarea')].filter(one => !one.labels.length)"
        ".concat([...document.querySelectorAll('.console button, .top button')]"
        ".filter(one => !one.textContent.trim())).map(one => one.outerHTML)"
    )
    assert tab.evaluate(nameless) == []


def test_a_page_from_disk_asks_no_host(tab: Page, save: Save) -> None:
    address = save(render_page(sample_document()))
    open_page(tab, address)
    assert tab.requests == [address]
    assert tab.complaints == []
    value = tab.evaluate("document.querySelector('.connect input').value")
    assert value == "ws://localhost:8000/ws"


def test_a_page_from_disk_that_is_refused_says_what_to_allow(
    tab: Page, base: str, save: Save
) -> None:
    open_page(tab, save(render_page(sample_document(), url=f"{base}/ws/")))
    tab.click("Connect")
    wait_for_status(tab, "closed")
    assert 'WsApp(origins=["null"])' in tab.text(".connect .note")


def test_the_command_makes_a_page_of_all_modules(tab: Page, tmp_path: Path) -> None:
    file = tmp_path / "all.html"
    command = [sys.executable, "-m", "wsgen", "asyncapi", "html", "specs/datafeed", "specs/broker"]
    subprocess.run(
        [*command, "-o", str(file)], cwd=Path(__file__).parents[2], check=True, timeout=60
    )
    open_page(tab, file.as_uri())
    shown = tab.evaluate("[...document.querySelectorAll('li[id^=operation-]')].map(one => one.id)")
    routes = {
        "datafeed": ("bars", "quotes"),
        "broker": ("orders", "positions", "executions", "equity"),
    }
    for module, names in routes.items():
        choose = f"[...document.querySelectorAll('.console option')].find(one => one.text === '{module}')"
        tab.evaluate(
            f"(() => {{ const one = {choose}; one.selected = true;"
            " one.parentElement.dispatchEvent(new Event('change', {bubbles: true})) })()"
        )
        tab.wait_for(f"document.querySelector('.connect input').value.endsWith('/{module}/ws')")
        for name in names:
            assert name in tab.text(".routes")
            assert any(one.endswith(f"-{module}{name.title()}Subscribe") for one in shown)
            assert f"{module}.{name}" in tab.text(".contents")
    assert "Extensions" not in tab.text(".reference")
    assert tab.requests == [file.as_uri()]
    assert tab.complaints == []


def test_the_index_leads_to_the_page(tab: Page, base: str) -> None:
    tab.open(f"{base}/docs/")
    tab.click("datafeed")
    tab.wait_for("document.querySelector('.console h2')")
    assert tab.evaluate("location.pathname") == "/ws/asyncapi"
    assert tab.complaints == []


def test_text_of_the_document_cannot_run_or_load_anything(tab: Page, save: Save) -> None:
    document = sample_document()
    document["info"]["description"] = (
        "![](https://example.org/pixel.png) [link](javascript:window.hacked=3)\n\n"
        "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'>"
        "<iframe src='https://example.org'></iframe><p style='position:fixed'>styled</p>"
        "<form action='https://example.org'><button>send</button></form><svg onload='hacked=4'></svg>"
    )
    document["components"]["schemas"]["Bar"]["description"] = (
        "<img src=x onerror='window.hacked=5'>"
    )
    address = save(render_page(document))
    open_page(tab, address)
    tab.evaluate("document.querySelector('.prose a').click()")
    assert tab.evaluate("window.hacked") is None
    assert tab.requests == [address]
    forbidden = ".reference :is(script, iframe, form, [onerror], [style*=fixed], .prose svg)"
    assert tab.evaluate(f"document.querySelectorAll({forbidden!r}).length") == 0
    # The browser reports what the policy would have stopped while the text is still being cleaned.
    assert [one for one in tab.complaints if "Content Security Policy" not in one] == []


def broken(change: str) -> Document:
    document = sample_document()
    match change:
        case "version":
            document["asyncapi"] = "4.0.0"
        case "no version":
            del document["asyncapi"]
        case "info":
            document["info"] = "datafeed"
        case "reference":
            document["operations"]["bars.subscribe"]["channel"]["$ref"] = "#/channels/gone"
        case "circle":
            document["components"]["schemas"]["Bar"] = {"$ref": "#/components/schemas/Bar"}
        case "channel":
            document["channels"]["datafeed"] = 3
        case "outside":
            document["components"]["schemas"]["Bar"] = {"$ref": "https://example.org/bar.json"}
    return document


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("version", "AsyncAPI 4.0.0 is not known"),
        ("no version", "`asyncapi` is missing"),
        ("info", "`info` needs a title"),
        ("reference", "#/channels/gone leads nowhere"),
        ("circle", "leads back to itself"),
        ("channel", "A channel must be an object"),
        ("outside", "leads out of the document"),
    ],
)
def test_an_invalid_document_is_explained(
    tab: Page, save: Save, change: str, expected: str
) -> None:
    tab.open(save(render_page(broken(change))))
    tab.wait_for("document.querySelector('.problem')")
    assert expected in tab.text(".problem")


def test_an_endless_schema_has_an_end_on_the_page(tab: Page, save: Save) -> None:
    document = sample_document()
    schemas = document["components"]["schemas"]
    node = {"$ref": "#/components/schemas/Filter"}
    schemas["Filter"] = {
        "type": "object",
        "properties": {"value": {"type": "string"}, "both": {"type": "array", "items": node}},
        "required": ["value"],
    }
    schemas["BarsSubscriptionRequest"]["properties"]["filter"] = {
        "description": "Beside the reference.",
        **node,
    }
    open_page(tab, save(render_page(document)))
    tab.click("Add filter")
    tab.wait_for("document.querySelectorAll('.group .group').length > 0")
    assert "Beside the reference." in tab.text(".request")
    assert tab.evaluate("document.querySelectorAll('li[id^=schema-]').length") == len(schemas)


def test_a_phone_shows_one_view_at_a_time(tab: Page, base: str) -> None:
    tab.resize(390, 844)
    open_page(tab, f"{base}/ws/asyncapi")
    assert not tab.evaluate("document.querySelector('.console').checkVisibility()")
    tab.click("Live")
    tab.wait_for("document.querySelector('.console').checkVisibility()")
    for view in ("Reference", "Live"):
        tab.click(view)
        assert tab.evaluate("document.querySelector('main').checkVisibility()")
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_link_to_the_console_shows_it_on_a_phone(tab: Page, base: str) -> None:
    tab.resize(390, 844)
    open_page(tab, f"{base}/ws/asyncapi")
    tab.evaluate("document.querySelector('.skip').click()")
    tab.wait_for("document.activeElement.id === 'console'")


def test_the_theme_is_the_readers(tab: Page, base: str) -> None:
    open_page(tab, f"{base}/ws/asyncapi")
    tab.evaluate("document.querySelector('.theme').click()")
    tab.wait_for("document.documentElement.dataset.theme === 'dark'")
    open_page(tab, f"{base}/ws/asyncapi")
    assert tab.evaluate("document.documentElement.dataset.theme") == "dark"
    tab.open(f"{base}/docs/")
    assert tab.evaluate("document.documentElement.dataset.theme") == "dark"
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(16, 20, 27)"
    # Another tab has chosen again, or the reader comes back to this page.
    tab.evaluate(
        "localStorage.setItem('wsgen-theme', 'light'); dispatchEvent(new Event('pageshow'))"
    )
    assert tab.evaluate("document.documentElement.dataset.theme") == "light"
    tab.evaluate("localStorage.clear()")
    assert tab.complaints == []
