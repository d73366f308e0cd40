"""One browser for all tests of the page, each in a tab that has forgotten the last."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.page.browser import Page, open_browser
from tests.page.server_process import free_port, serve


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory, built_page: None) -> Iterator[Page]:
    """Return a tab that can reach this machine only."""
    nowhere_else = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    with open_browser(tmp_path_factory.mktemp("profile"), nowhere_else) as page:
        yield page


@pytest.fixture
def tab(browser: Page) -> Page:
    """Return the tab, empty, as wide as a desk, with nothing noted yet."""
    browser.leave()
    browser.resize(1440, 900)
    browser.requests.clear()
    browser.complaints.clear()
    return browser


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    """Return the address of the app."""
    with serve(free_port()) as address:
        yield address


@pytest.fixture
def save(tmp_path: Path) -> "Save":
    """Return what saves a page to disk."""
    return Save(tmp_path)


class Save:
    """Saves pages to a directory of their own."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "page.html"

    def __call__(self, html: str) -> str:
        """Save `html` and return its address."""
        self._path.write_text(html, encoding="utf-8")
        return self._path.as_uri()
