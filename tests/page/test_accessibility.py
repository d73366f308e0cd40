"""What axe-core finds on the pages: in the light and in the dark, on a desk and on a phone."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.page.browser import Page
from tests.page.conftest import Save
from tests.page.sample import secured_document

from wsgen_runtime.documents.page import render_page

AXE = Path(__file__).parents[2] / "page" / "node_modules" / "axe-core" / "axe.min.js"
OPEN_ALL = """
[...document.querySelectorAll(':is([id="operation-receive-bars.subscribe"], #schema-Bar) button')]
  .filter(one => !one.dataset.pressed && one.checkVisibility())
  .forEach(one => { one.dataset.pressed = true; one.click() })
"""

SIZES = [(1440, 900), (390, 844)]

pytestmark = pytest.mark.slow


def violations(tab: Page, *, rules: list[str] | None = None) -> list[Any]:  # axe-core's JSON
    """Return what is wrong with what the tab shows: the rule, and the elements with the reason."""
    if not tab.evaluate("Boolean(window.axe)"):
        tab.evaluate(AXE.read_text(encoding="utf-8") + "; 0")
    options: dict[str, object] = {"resultTypes": ["violations"]}
    if rules is None:
        # The headings of the reference are those of @asyncapi/react-component.
        options["rules"] = {"heading-order": {"enabled": False}}
    else:
        options["runOnly"] = rules
    found: list[Any] = tab.evaluate(
        f"axe.run(document, {json.dumps(options)}).then(({{violations}}) => violations.map("
        "({id, nodes}) => [id, ...nodes.map(one => one.html + one.failureSummary)]))"
    )
    return found


def violations_in_both_themes(tab: Page, width: int, height: int) -> list[Any]:
    """Return all violations in the light, and those of contrast, which alone may differ, in the dark."""
    light = violations(tab)
    tab.resize(width, height, dark=True)
    tab.wait_for("getComputedStyle(document.documentElement).colorScheme === 'dark'")
    return light + violations(tab, rules=["color-contrast"])


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_page_has_no_violations(tab: Page, base: str, width: int, height: int) -> None:
    tab.resize(width, height)
    tab.open(f"{base}/ws/asyncapi")
    tab.wait_for("document.querySelector('.console h2')")
    if width < 600:
        assert violations(tab) == []
        tab.click("Live")
    tab.click("Connect")
    tab.wait_for("document.querySelector('.status').dataset.status === 'open'")
    tab.click("Subscribe")
    tab.wait_for("document.querySelector('.latest')")
    tab.fill("input[type=number]", "900")
    tab.click("Subscribe")
    tab.wait_for("document.querySelector('.refusal')")
    tab.click("Frames sent and received")
    assert violations_in_both_themes(tab, width, height) == []


def test_everything_in_the_reference_stands_out(tab: Page, save: Save) -> None:
    tab.open(save(render_page(secured_document())))
    tab.wait_for("document.querySelector('.console h2')")
    for _ in range(2):
        tab.evaluate(OPEN_ALL)
    assert "read:bars" in tab.text(".reference")
    for theme in ("light", "dark"):
        tab.resize(1440, 900, dark=theme == "dark")
        tab.wait_for(f"document.documentElement.dataset.theme === '{theme}'")
        assert violations(tab, rules=["color-contrast"]) == []


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_the_index_has_no_violations(tab: Page, base: str, width: int, height: int) -> None:
    tab.resize(width, height)
    tab.open(f"{base}/docs/")
    assert violations_in_both_themes(tab, width, height) == []
