"""What `wsgen init` prints: the files that it wrote, lines to add to an application, and what to run next."""

import re
from functools import cached_property
from pathlib import Path
from textwrap import dedent

_ADD = re.compile(
    r"^Add to (?P<file>\S+), below `.*`:\n\n(?P<lines>(?:    .*\n|\n)+)", re.MULTILINE
)
_NEXT = re.compile(r"^Next[^\n]*:\n\n(?P<lines>(?:    .+\n)+)", re.MULTILINE)


class Printed:
    """The text that `wsgen init` has printed, taken apart as a user reads it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def source(self, folder: Path) -> Path:
        """Return the ws.yaml of the project in `folder`."""
        found = re.search(r"^wrote +(\S+ws\.yaml)$", self.text, re.MULTILINE)
        assert found, self.text
        return folder / found[1]

    def add_lines(self, folder: Path) -> None:
        """Add the lines to the application that it names, if it does."""
        if found := _ADD.search(self.text):
            file = folder / found["file"]
            file.write_text(f"{file.read_text()}\n{dedent(found['lines'])}")

    @cached_property
    def _next(self) -> list[str]:
        found = _NEXT.search(self.text)
        assert found, self.text
        return dedent(found["lines"]).splitlines()

    @property
    def commands(self) -> list[str]:
        """Return what to run before the server."""
        return self._next[:-2]

    @property
    def serve(self) -> str:
        """Return the command that serves the application."""
        return self._next[-2]

    @property
    def endpoint(self) -> str:
        """Return the path of the page, which is also that of the sockets."""
        return "/" + self._next[-1].split("/", 3)[3]
