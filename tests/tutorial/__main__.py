"""Follows the tutorial as it is written: `python -m tests.tutorial`, with wheels built from this checkout.

Each command runs in a shell with the environment that the page makes, each file is that of the page, and the
chart is looked at in a browser.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.docs.test_pages import FAILING
from tests.tutorial.chart import look_at_chart
from tests.tutorial.reader import Reader, clean_environment
from tests.wheel import build, built

PAGE = "docs/start/tutorial.md"


def follow(
    wheels: Mapping[str, Path],
    place: Path,
    pictures: Path,
    say: Callable[[str], None] = lambda what: None,
) -> None:
    """Follow the page in `place`, an empty folder, and save pictures of the chart in `pictures`.

    `say` is called with each command, and with what comes of it in the browser.
    """
    taken: list[Path] = []

    def look(address: str) -> None:
        taken.extend(look_at_chart(address, pictures))
        say("candles are drawn and move")

    environment = clean_environment(place / "machine", wheels)
    root = place / "reader" / "live"
    root.parent.mkdir()
    Reader(PAGE, root, FAILING, before=say, environment=environment, served=look).follow()
    assert taken, f"{PAGE} starts no server"
    say(f"{PAGE} is followed")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wheels", type=Path, help="a folder that has both wheels already")
    parser.add_argument("--pictures", type=Path, help="where to save the pictures of the chart")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place, dist = Path(folder, "tutorial").resolve(), Path(folder, "dist")
        place.mkdir()
        dist.mkdir()
        wheels = built(arguments.wheels) if arguments.wheels else build(dist)
        begin = time.monotonic()

        def say(what: str) -> None:
            print(f"{time.monotonic() - begin:5.0f} s  {what}", flush=True)  # noqa: T201 - a program prints

        follow(wheels, place, arguments.pictures or place, say)


if __name__ == "__main__":
    main()
