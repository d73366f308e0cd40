"""Looks at the chart of the tutorial in a browser: candles are drawn, and they move."""

import tempfile
from pathlib import Path

from tests.page.browser import Page, open_browser

# Candles are runs of columns of the canvas that have the colour of one, left of the labels.
_CANDLES = """(() => {
  const style = getComputedStyle(canvas);
  const { width, height } = canvas;
  const copy = new OffscreenCanvas(width, height);  // the page's own is not made to be read
  const context = copy.getContext("2d", { willReadFrequently: true });
  const colours = ["--up", "--down"].map((name) => {
    context.fillStyle = style.getPropertyValue(name);
    return parseInt(context.fillStyle.slice(1), 16);
  });
  context.drawImage(canvas, 0, 0);
  const { data } = context.getImageData(0, 0, width - 72 * devicePixelRatio, height);
  const columns = data.length / 4 / height;
  let candles = 0;
  let before = false;
  for (let x = 0; x < columns; x++) {
    let pixels = 0;
    for (let y = 0; y < height; y++) {
      const at = 4 * (y * columns + x);
      const colour = (data[at] << 16) | (data[at + 1] << 8) | data[at + 2];
      pixels += colours.includes(colour);
    }
    const isCandle = pixels > 2 * devicePixelRatio;  // more than the line of the last price
    candles += isCandle && !before;
    before = isCandle;
  }
  return candles;
})()"""
_SIZE = (900, 460)


def look_at_chart(address: str, pictures: Path) -> list[Path]:
    """Watch the chart at `address` move, and save how it looks, light and dark, in `pictures`."""
    pictures.mkdir(parents=True, exist_ok=True)
    taken = []
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        open_browser(
            Path(profile), "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
        ) as tab,
    ):
        for name, dark in (("tutorial.png", False), ("tutorial-dark.png", True)):
            tab.resize(*_SIZE, dark=dark, scale=2)
            tab.open(f"{address}/")
            _see_candles_move(tab)
            tab.screenshot(pictures / name)
            taken.append(pictures / name)
        assert not tab.complaints, tab.complaints
        host = address.partition("//")[2]
        elsewhere = [url for url in tab.requests if host not in url and not url.startswith("data:")]
        assert not elsewhere, elsewhere
    return taken


def _see_candles_move(tab: Page) -> None:
    """Wait until nearly all of the sixty candles are drawn, and then for the last one and the next to change."""
    tab.wait_for(f"{_CANDLES} > 40")
    tab.evaluate("window.last = Math.max(...bars.keys()); window.drawn = canvas.toDataURL()")
    tab.wait_for("canvas.toDataURL() !== drawn")
    tab.wait_for("Math.max(...bars.keys()) > last + 2")
