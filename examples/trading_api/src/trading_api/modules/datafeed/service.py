"""Bars and quotes of a simulated market, as streams."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from trading_api.models import (
    Bar,
    BarsSubscriptionRequest,
    Quote,
    QuotesSubscriptionRequest,
    Resolution,
)
from trading_api.shared.prices import walk
from trading_api.shared.settings import Settings

SYMBOLS = ("AAPL", "AMZN", "GOOG", "MSFT", "NVDA")
_SECONDS = {
    Resolution.MINUTE: 60,
    Resolution.FIVE_MINUTES: 300,
    Resolution.HOUR: 3600,
    Resolution.DAY: 86400,
}
_SPREAD = 0.02


class DatafeedService:
    """One stream for each topic; any symbol trades."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def bars(self, request: BarsSubscriptionRequest) -> AsyncIterator[Bar]:
        """Yield the bar of the moment, again for each price in it."""
        seconds = _SECONDS[request.resolution]
        bar: Bar | None = None
        for price in walk(request.symbol, self._settings.seed):
            opened = _start_of_bar(datetime.now(UTC), seconds)
            if bar is None or bar.time != opened:
                bar = Bar(time=opened, open=price, high=price, low=price, close=price)
            bar = bar.model_copy(
                update={
                    "high": max(bar.high, price),
                    "low": min(bar.low, price),
                    "close": price,
                    "volume": bar.volume + 100,
                }
            )
            yield bar
            await asyncio.sleep(self._settings.tick)

    async def quotes(self, request: QuotesSubscriptionRequest) -> AsyncIterator[list[Quote]]:
        """Yield a quote of each symbol, again at each tick."""
        walks = {symbol: walk(symbol, self._settings.seed) for symbol in request.symbols}
        while True:
            yield [_quote(symbol, next(prices)) for symbol, prices in walks.items()]
            await asyncio.sleep(self._settings.tick)


def _quote(symbol: str, price: float) -> Quote:
    return Quote(
        symbol=symbol,
        bid=round(price - _SPREAD / 2, 2),
        ask=round(price + _SPREAD / 2, 2),
        last=price,
        time=datetime.now(UTC),
    )


def _start_of_bar(now: datetime, seconds: int) -> datetime:
    return datetime.fromtimestamp(now.timestamp() // seconds * seconds, UTC)
