"""Takes the pictures of docs/images: `python -m page.screenshots` with the page built and Chromium there."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.page.browser import Page, open_browser
from tests.page.server_process import free_port, serve

_IMAGES = Path(__file__).parents[1] / "docs" / "images"
_RECEIVED = "Number(document.querySelector('[data-number=received]')?.innerText ?? 0)"


def take_screenshots(directory: Path) -> list[Path]:
    """Save the pictures in `directory` and return their paths."""
    directory.mkdir(parents=True, exist_ok=True)
    with _tab() as tab, serve(free_port()) as base:
        tab.resize(1440, 900)
        _watch_bars(tab, base)
        tab.screenshot(directory / "page-desktop.png")
        tab.resize(1440, 900, dark=True)
        tab.wait_for("document.documentElement.dataset.theme === 'dark'")
        tab.screenshot(directory / "page-dark.png")
        tab.resize(390, 844, scale=2)
        tab.wait_for("document.documentElement.dataset.theme === 'light'")
        tab.click("Live")
        tab.evaluate("document.querySelector('.subscriptions').scrollIntoView()")
        tab.evaluate("window.scrollBy(0, -72)")
        tab.screenshot(directory / "page-phone.png")
        tab.resize(1000, 620)
        tab.open(f"{base}/docs/")
        tab.screenshot(directory / "index.png")
    return sorted(directory.glob("*.png"))


@contextmanager
def _tab() -> Iterator[Page]:
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        open_browser(Path(profile)) as tab,
    ):
        yield tab


def _watch_bars(tab: Page, base: str) -> None:
    """Show a subscription that has run for a while, so that the picture has a rate and a curve."""
    tab.open(f"{base}/ws/asyncapi")
    tab.click("Connect")
    tab.wait_for("document.querySelector('.status').dataset.status === 'open'")
    tab.click("Subscribe")
    tab.wait_for(f"{_RECEIVED} > 150")
    tab.evaluate("document.querySelector('.console .request').scrollIntoView()")
    tab.evaluate("document.querySelector('.console').scrollTop = 1e6")
    tab.evaluate("window.scrollTo(0, 0)")


if __name__ == "__main__":
    for path in take_screenshots(_IMAGES):
        print(path.relative_to(Path.cwd()))  # noqa: T201 - what the command is for
