"""The forms, cards and frames of the console: what is shown is what is sent and received."""

import json
from collections.abc import Iterator

import pytest
from tests.page.browser import Page
from tests.page.conftest import Save
from tests.page.sample import sample_document
from tests.page.server_process import free_port, serve

from wsgen_runtime.documents.page import render_page

LARGE = "9007199254740993"


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    """Return the address of the app with the routes bars, quotes, accounts, gate and positions."""
    with serve(free_port(), "tests.page.app:create_form_app") as address:
        yield address


@pytest.fixture
def console(tab: Page, base: str) -> Page:
    """Return the tab with the page of the app, connected."""
    tab.open(f"{base}/ws/asyncapi")
    tab.click("Connect")
    tab.wait_for("document.querySelector('.status')?.dataset.status === 'open'")
    return tab


def choose_route(tab: Page, name: str) -> None:
    tab.evaluate(
        f"[...document.querySelectorAll('.route')].find(one => one.innerText.startsWith('{name}')).click()"
    )
    tab.wait_for(
        f"document.querySelector('.route:has(:checked) .route-name')?.innerText === '{name}'"
    )


def fill_as_json(tab: Page, text: str) -> None:
    tab.click("JSON")
    tab.fill(".request textarea", text)


def wait_for_cards(tab: Page, count: int, state: str = "active") -> None:
    tab.wait_for(
        f"document.querySelectorAll('.card[data-state={state}]').length === {count}"
        f" && document.querySelectorAll('.card').length === {count}"
    )


def frames(tab: Page, type_: str) -> list[str]:
    """Return the frames of a type as the log shows them, the newest first."""
    texts: list[str] = tab.evaluate(
        f"[...document.querySelectorAll('.frame[data-type={json.dumps(type_)}] pre')].map(one => one.textContent)"
    )
    return texts


def test_requests_with_one_topic_share_one_card(console: Page) -> None:
    console.click("Subscribe")
    wait_for_cards(console, 1)
    fill_as_json(console, '{"symbol": "AAPL", "adjusted": false}')
    console.click("Subscribe")
    console.wait_for("document.querySelectorAll('.card .parameters').length === 2")
    wait_for_cards(console, 1)
    before = console.evaluate("Number(document.querySelector('[data-number=received]').innerText)")
    console.wait_for(
        f"Number(document.querySelector('[data-number=received]').innerText) > {before}"
    )
    console.click("Unsubscribe", within=".card")
    wait_for_cards(console, 0)


def test_a_request_that_is_not_json_yet_is_not_sent(console: Page) -> None:
    fill_as_json(console, '{"symbol": "MSFT"}')
    console.fill(".request textarea", '{"symbol": "NVDA"')
    console.click("Subscribe")
    assert console.evaluate(
        "document.activeElement === document.querySelector('.request textarea')"
    )
    console.click("Form")
    assert (
        console.evaluate("document.querySelector('.request textarea').value") == '{"symbol": "NVDA"'
    )
    assert frames(console, "bars.subscribe") == []
    console.fill(".request textarea", '{"symbol": "NVDA"}')
    console.click("Subscribe")
    wait_for_cards(console, 1)
    assert "NVDA" in console.text(".parameters")


def test_a_number_that_is_half_typed_is_not_sent(console: Page) -> None:
    console.fill("input[type=number]", "12e")
    console.click("Subscribe")
    assert console.evaluate("document.activeElement.type") == "number"
    assert frames(console, "bars.subscribe") == []


def test_removing_an_item_of_a_list_removes_that_item(console: Page) -> None:
    choose_route(console, "quotes")
    fill_as_json(console, '{"symbols": [{"a": 1}, {"b": 2}, "C"]}')
    console.click("Form")
    shown = "[...document.querySelectorAll('.item :is(input, textarea)')].map(one => one.value)"
    console.wait_for("document.querySelectorAll('.item').length === 3")
    console.click("×\nRemove symbols 1")
    console.wait_for("document.querySelectorAll('.item').length === 2")
    assert [item.split() for item in console.evaluate(shown)] == [["{", '"b":', "2", "}"], ["C"]]
    console.click("Subscribe")
    console.wait_for("document.querySelector('.refusal')")
    sent = json.loads(frames(console, "quotes.subscribe")[0])
    assert sent["payload"] == {"symbols": [{"b": 2}, "C"]}


def test_a_form_shows_all_that_it_sends(console: Page) -> None:
    request = {
        "symbol": 7,
        "resolution": "2m",
        "history": None,
        "adjusted": "yes",
        "range": [],
        "unknown": {"a": 1},
    }
    fill_as_json(console, json.dumps(request))
    console.click("Form")
    console.wait_for("document.querySelector('.request .item textarea')")
    texts = console.evaluate(
        "[...document.querySelectorAll('.request textarea')].map(one => one.value)"
    )
    assert [json.loads(text) for text in texts] == [7, "2m", [], "yes", {"a": 1}]
    assert console.evaluate("document.querySelector('input[type=number]').placeholder") == "null"
    console.click("×\nRemove unknown")
    console.click("Subscribe")
    console.wait_for("document.querySelector('.refusal')")
    sent = json.loads(frames(console, "bars.subscribe")[0])["payload"]
    assert sent == {key: value for key, value in request.items() if key != "unknown"}


@pytest.mark.parametrize("request_", ["[1]", "7", "null"])
def test_a_request_that_is_no_object_is_shown_as_json(console: Page, request_: str) -> None:
    fill_as_json(console, request_)
    console.click("Form")
    console.wait_for(
        "document.querySelector('.request-head [aria-pressed=true]').innerText === 'Form'"
    )
    shown = console.evaluate("document.querySelector('.request textarea').value")
    assert json.loads(shown) == json.loads(request_)
    console.click("Subscribe")
    console.wait_for("document.querySelector('.refusal')")
    assert json.loads(frames(console, "bars.subscribe")[0])["payload"] == json.loads(request_)


def test_large_integers_keep_their_digits_everywhere(console: Page) -> None:
    choose_route(console, "accounts")
    assert console.evaluate("document.querySelector('.request input').value") == LARGE
    console.fill(".request input", "9007199254740995")
    console.click("Subscribe")
    console.wait_for("document.querySelector('.card .latest')")
    assert "9007199254740995" in console.text(".card .latest")
    assert "9223372036854775807" in console.text(".card .latest")
    assert '"account": 9007199254740995' in console.text(".card .parameters")
    console.evaluate("document.querySelector('.log-tools input').click()")
    console.wait_for("document.querySelector('.frame[data-type=\"accounts.update\"]')")
    assert '"account": 9007199254740995' in frames(console, "accounts.subscribe")[0]
    assert '"limit": 9223372036854775807' in frames(console, "accounts.update")[0]
    fill_as_json(console, f'{{"account": {LARGE}}}')
    console.click("Subscribe")
    wait_for_cards(console, 2)
    assert f'"account": {LARGE}' in frames(console, "accounts.subscribe")[0]


def test_large_integers_of_the_document_keep_their_digits(console: Page) -> None:
    for schema, number in (
        ("AccountsSubscriptionRequest", LARGE),
        ("Account", "9223372036854775807"),
    ):
        console.click("Expand all", within=f"#schema-{schema}")
        console.wait_for(
            f"document.querySelector('#schema-{schema}').innerText.includes('{number}')"
        )
    examples = "[...document.querySelectorAll('.reference .examples')].map(one => one.innerText)"
    assert any(f'"account": {LARGE}' in text for text in console.evaluate(examples))


def test_removing_a_subscription_that_is_not_answered_ends_it(console: Page) -> None:
    choose_route(console, "gate")
    console.click("Subscribe")
    wait_for_cards(console, 1, "pending")
    console.click("Remove", within=".card")
    wait_for_cards(console, 0)
    console.wait_for("document.querySelector('.frame[data-type=\"gate.unsubscribe.response\"]')")
    assert not console.evaluate("Boolean(document.querySelector('.refusal'))")


def test_a_refusal_stays_with_its_own_route(console: Page) -> None:
    console.fill("input[type=number]", "900")
    console.click("Subscribe")
    console.wait_for("document.querySelector('.refusal')")
    choose_route(console, "quotes")
    assert not console.evaluate("Boolean(document.querySelector('.refusal, .fault'))")


def test_the_fault_of_a_value_goes_when_the_value_changes(console: Page) -> None:
    console.fill("input[type=number]", "900")
    console.click("Subscribe")
    console.wait_for("document.querySelector('.field.wrong')")
    console.fill("input[type=number]", "9")
    console.wait_for("!document.querySelector('.field.wrong')")


def test_a_page_from_disk_connects_where_the_console_said_it_may(
    tab: Page, base: str, save: Save
) -> None:
    tab.open(save(render_page(sample_document(), url=f"{base}/ws/")))
    tab.click("Connect")
    tab.wait_for("document.querySelector('.status')?.dataset.status === 'open'")


def test_clearing_the_frames_clears_them_while_paused(console: Page) -> None:
    console.click("Subscribe")
    wait_for_cards(console, 1)
    console.click("Frames sent and received")
    console.wait_for("document.querySelectorAll('.frame').length === 4")
    console.click("Pause")
    console.click("Clear")
    console.wait_for("document.querySelectorAll('.frame').length === 0")
    console.click("Unsubscribe", within=".card")
    wait_for_cards(console, 0)
    assert console.evaluate("document.querySelectorAll('.frame').length") == 0
    console.click("Go on")
    console.wait_for("document.querySelector('.frame[data-type=\"bars.unsubscribe.response\"]')")


def test_a_command_is_sent_and_its_response_is_shown(console: Page) -> None:
    choose_route(console, "money.transfer")
    fill_as_json(console, '{"account": 7, "amount": 2}')
    console.click("Send")
    console.wait_for("document.querySelector('.response pre')")
    shown = console.evaluate("document.querySelector('.response pre').textContent")
    assert '"account": 7' in shown
    assert f'"limit": {2**63 - 3}' in shown
    fill_as_json(console, '{"account": 7, "amount": 101}')
    console.click("Send")
    console.wait_for("document.querySelector('.refusal')?.dataset.code === 'refused'")
    assert not console.evaluate("document.querySelector('.response')")


def test_a_key_that_is_filled_in_is_sent_with_the_command(console: Page) -> None:
    choose_route(console, "money.transfer")
    fill_as_json(console, '{"account": 7}')
    console.click("Send")
    console.wait_for("document.querySelector('.response pre')")
    console.fill(".key input", "5f3a")
    console.click("Send")
    console.wait_for("document.querySelector('.refusal')?.dataset.code === 'keys_unavailable'")
    with_key, without = frames(console, "money.transfer")
    assert (json.loads(with_key)["key"], "key" in json.loads(without)) == ("5f3a", False)


def test_a_route_without_a_request_is_subscribed_at_once_and_shows_its_snapshot(
    console: Page,
) -> None:
    choose_route(console, "positions")
    assert not console.evaluate("document.querySelector('.request :is(input, textarea)')")
    console.click("Subscribe")
    wait_for_cards(console, 1)
    console.wait_for("document.querySelector('.card .snapshot pre')")
    state = json.loads(console.text(".card .snapshot pre"))
    assert [one["account"] for one in state] == [1, 2]


def test_names_and_tags_of_commands_are_shown_whole(console: Page) -> None:
    console.resize(360, 800)
    console.click("Live")
    parts = "[...document.querySelectorAll('.route, .route *')]"
    wide = f"{parts}.filter(one => one.scrollWidth > one.clientWidth + 1)"
    shown = "getComputedStyle(one).display !== 'inline'"
    assert console.evaluate(f"{wide}.filter(one => {shown}).map(one => one.innerText)") == []
