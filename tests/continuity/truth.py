"""The log of what was produced, in files that outlive the processes; and what the processes are told to do.

A line is written before its update is yielded: a process that is killed may have logged one that nobody gets, but
none is delivered that is not in the log. Text that was written stays when the writer is killed.
"""

import os
from collections import Counter
from pathlib import Path
from typing import NamedTuple


class Made(NamedTuple):
    """One update: the `number`th of `source`, which is one start of a producer, or one process that publishes."""

    source: str
    number: int


class Truth:
    """The log of one process; or, in the harness, all logs of a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file: int | None = None
        self._orders = folder / "orders"

    def log(self, topic: str, made: Made) -> None:
        """Write one line."""
        if self._file is None:
            name = self.folder / f"{os.getpid()}-{os.urandom(4).hex()}.log"
            self._file = os.open(name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(self._file, f"{topic} {made.source} {made.number}\n".encode())

    def last(self, topic: str) -> dict[str, int]:
        """Return the last number of each source of `topic`."""
        last: dict[str, int] = {}
        for path in self.folder.glob("*.log"):
            for line in path.read_text().splitlines():
                name, source, number = line.split(" ")
                if name == topic:
                    last[source] = max(int(number), last.get(source, 0))
        return last

    def counts(self, topic: str) -> Counter[str]:
        """Return how often each source of `topic` was logged."""
        lines = [
            line.split(" ")
            for path in self.folder.glob("*.log")
            for line in path.read_text().splitlines()
        ]
        return Counter(source for name, source, _ in lines if name == topic)

    def clear(self) -> None:
        """Forget the topics of earlier rounds."""
        for path in self.folder.glob("*.log"):
            os.truncate(path, 0)

    # -- orders: `run` with a pause in seconds, `quiet`, or `burst` with a number

    def order(self, text: str) -> None:
        """Tell all processes what to do."""
        new = self._orders.with_suffix(".new")
        new.write_text(text)
        new.replace(self._orders)

    def publish_as(self, name: str) -> None:
        """Let all processes publish to the topic of this name from now on."""
        new = self.folder / "published.new"
        new.write_text(name)
        new.replace(self.folder / "published")

    def published_name(self) -> str:
        """Return the name of the topic that all processes publish to."""
        return (self.folder / "published").read_text()

    def ordered(self) -> tuple[str, float]:
        """Return the present order and its number."""
        with open(self._orders) as file:
            word, _, number = file.read().partition(" ")
        return word, float(number or 0)
