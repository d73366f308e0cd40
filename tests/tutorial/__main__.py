"""Follows the tutorial as it is written: `python -m tests.tutorial`, with wheels built from this checkout.

Each command runs in a shell with the environment that the page makes, each file is that of the page, and the
chart is looked at in a browser.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.docs.test_pages import FAILING
from tests.tutorial.chart import look_at_chart
from tests.tutorial.reader import Reader, clean_environment
from tests.wheel import build, built

PAGE = "docs/start/tutorial.md"


def follow(wheels: dict[str, Path], place: Path, pictures: Path) -> None:
    """Follow the page in a new folder in `place`, saying when; save pictures of the chart in `pictures`."""
    begin = time.monotonic()
    taken: list[Path] = []

    def say(what: str) -> None:
        sys.stdout.write(f"{time.monotonic() - begin:5.0f} s  {what}\n")
        sys.stdout.flush()

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
        place = Path(folder).resolve()
        dist = place / "dist"
        dist.mkdir()
        wheels = built(arguments.wheels) if arguments.wheels else build(dist)
        follow(wheels, place, arguments.pictures or place)


if __name__ == "__main__":
    main()
