"""What tests of clients ask of a browser, whichever it is."""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any

DEADLINE = 30.0


class Tab(ABC):
    """One tab of a browser. It remembers what the console was told, where the browser tells it."""

    def __init__(self) -> None:
        self.complaints: list[str] = []

    @abstractmethod
    def evaluate(self, expression: str) -> Any:  # whatever the JavaScript returns
        """Return what a script does, or what its promise becomes; raises RuntimeError when it throws."""

    @abstractmethod
    def leave(self) -> None:
        """End the page: it sends and says nothing more."""

    def wait_for(self, expression: str) -> None:
        """Wait until a JavaScript expression is true; raises AssertionError if it never is."""
        looking = f"""new Promise((done) => {{
          const end = Date.now() + {DEADLINE * 500};
          const look = () => {{
            if ({expression}) done(true);
            else if (Date.now() > end) done(false);
            else setTimeout(look, 30);
          }};
          look();
        }})"""
        if not self.evaluate(looking):
            raise AssertionError(f"never came true: {expression}\n{self.complaints}")


def as_text(script: str) -> str:
    """Return an expression whose promise has, as JSON, what a script returns: drivers have forms of their own."""
    return f"(async () => JSON.stringify(await (0, eval)({json.dumps(script)})))()"


def from_text(text: str | None) -> Any:  # JSON
    """Return the value of what `as_text` has made: None of `undefined`."""
    return None if text is None else json.loads(text)


def address_in(lines: Iterable[bytes], before: str) -> str:
    """Return the address that a browser says in one of its lines, after the words `before`."""
    for line in lines:
        _, found, address = line.decode(errors="replace").partition(before)
        if found:
            return address.strip()
    raise RuntimeError(f"the browser ended before it said {before.strip()!r}")
