"""What a run says while it works: which stages and quality steps are at work, and how much of it is done.

Part of the path where nothing changed, so it imports next to nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Progress(Protocol):
    """Is notified of the stages and steps of a run. Steps run side by side, so that any thread may call it."""

    def planned(self, name: str, modules: int, files: int = 0) -> None:
        """Note that `name` is about to go through this number of modules and files, perhaps again."""

    def began(self, name: str) -> None:
        """Note that a part of this work has begun."""

    def ended(self, name: str, modules: int, files: int = 0) -> None:
        """Note that a part that began has ended, with this number of modules and files done."""


class Unheard:
    """Ignores all of it."""

    def planned(self, name: str, modules: int, files: int = 0) -> None:
        """Do nothing."""

    def began(self, name: str) -> None:
        """Do nothing."""

    def ended(self, name: str, modules: int, files: int = 0) -> None:
        """Do nothing."""


@contextmanager
def module_part(progress: Progress, name: str) -> Iterator[None]:
    """Tell `progress` that `name` is at work on one module."""
    progress.began(name)
    try:
        yield
    finally:
        progress.ended(name, 1)
