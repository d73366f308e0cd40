"""Order books of a simulated market: a stream of changes, and the state that they change."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from random import Random

from trading_api.models import Book, BookLevel, BookSide, BookSubscriptionRequest
from trading_api.shared.settings import Settings

_LEVELS = 5
_MID = Decimal(100)
_STEP = Decimal("0.05")

Levels = dict[tuple[BookSide, Decimal], BookLevel]


class Books:
    """The book of each symbol that somebody watches; any symbol trades."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._books: dict[str, Levels] = {}

    async def stream(self, request: BookSubscriptionRequest) -> AsyncIterator[BookLevel]:
        """Yield each level that changes.

        The book is changed right before the `yield`, so that a snapshot has exactly the changes
        before it.
        """
        random = Random(f"{self._settings.seed}:{request.symbol}")
        levels = self._books[request.symbol] = _opening(random)
        try:
            while True:
                await asyncio.sleep(self._settings.tick)
                level = _level(
                    random, random.choice([BookSide.BID, BookSide.ASK]), random.randrange(_LEVELS)
                )
                levels[level.side, level.price] = level
                yield level
        finally:
            del self._books[request.symbol]

    async def snapshot(self, request: BookSubscriptionRequest) -> Book:
        """Return the book as it is now."""
        levels = sorted(self._books[request.symbol].values(), key=lambda level: level.price)
        offered = [level for level in levels if level.size]
        return Book(
            bids=[level for level in reversed(offered) if level.side is BookSide.BID],
            asks=[level for level in offered if level.side is BookSide.ASK],
        )


def _opening(random: Random) -> Levels:
    levels = (_level(random, side, depth) for side in BookSide for depth in range(_LEVELS))
    return {(level.side, level.price): level for level in levels}


def _level(random: Random, side: BookSide, depth: int) -> BookLevel:
    away = _STEP * (depth + 1)
    price = _MID - away if side is BookSide.BID else _MID + away
    return BookLevel(side=side, price=price, size=random.randrange(10) * 100)
