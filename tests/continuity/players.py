"""What a script plays with: reference clients, or applications on other clients."""

import random
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Protocol

from tests.continuity.rules import Event, Position
from tests.continuity.world import World

Action = tuple[float, str, Callable[[], Awaitable[None]]]
"""When, what, and how."""


class Followed(Protocol):
    """A topic that is followed: how, and where it is."""

    @property
    def route(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def at(self) -> Position | None: ...


class View(Protocol):
    """One set of topics that is followed, one of each route, with a transcript of each."""

    @property
    def followings(self) -> Sequence[Followed]: ...
    @property
    def transcripts(self) -> Sequence[list[Event]]: ...
    @property
    def wrong(self) -> list[str]: ...
    @property
    def open(self) -> bool:
        """Whether it still follows, so that it must be at rest with the others."""
        raise NotImplementedError

    @property
    def whole(self) -> Collection[str]:
        """The routes of which it sees the state after each update, and not the updates."""
        raise NotImplementedError


class Player(Protocol):
    """What a script acts on."""

    @property
    def views(self) -> Sequence[View]: ...
    def start(self) -> None: ...
    async def stop(self) -> None: ...
    def drop(self, at: str | None = None) -> None: ...
    async def ask_again(self) -> None: ...
    def read(self, reading: bool) -> None: ...
    def settle(self) -> None: ...


class Crowd(Protocol):
    """Gives rounds their players, in place of reference clients."""

    async def players(
        self, world: World, chance: random.Random, routes: list[str], name: str
    ) -> list[Player]:
        """Return the players of a round, which follow the routes of a name once they are started."""
        raise NotImplementedError

    def actions(self, chance: random.Random, seconds: float) -> Sequence[Action]:
        """Return what else happens to them in these seconds."""
        raise NotImplementedError
