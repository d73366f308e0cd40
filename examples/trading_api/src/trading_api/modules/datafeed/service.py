"""Bars and quotes of a simulated market, produced while somebody is subscribed."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import islice

from wsgen_runtime import TopicUpdate

from trading_api.models import (
    Bar,
    BarsSubscriptionRequest,
    Quote,
    QuotesSubscriptionRequest,
    Resolution,
)
from trading_api.shared.prices import walk
from trading_api.shared.settings import Settings
from trading_api.shared.ws.topics import Producers, request_of, route_of

SYMBOLS = ("AAPL", "AMZN", "GOOG", "MSFT", "NVDA")
_SECONDS = {
    Resolution.MINUTE: 60,
    Resolution.FIVE_MINUTES: 300,
    Resolution.HOUR: 3600,
    Resolution.DAY: 86400,
}
_SPREAD = 0.02


class DatafeedService:
    """One task for each topic; any symbol trades."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._producers = Producers()

    async def create_topic(self, topic: str, topic_update: TopicUpdate) -> None:
        """Start the updates of a topic."""
        self._producers.start(topic, self._produce(topic, topic_update))

    async def remove_topic(self, topic: str) -> None:
        """Stop them."""
        await self._producers.stop(topic)

    async def _produce(self, topic: str, topic_update: TopicUpdate) -> None:
        updates: AsyncIterator[Bar | Quote]
        if route_of(topic) == "bars":
            updates = self._bars(request_of(topic, BarsSubscriptionRequest))
        else:
            updates = self._quotes(request_of(topic, QuotesSubscriptionRequest))
        try:
            async for update in updates:
                topic_update(update)
        except Exception as error:  # nobody is to wait for what no longer comes
            topic_update.fail(error)

    async def _bars(self, request: BarsSubscriptionRequest) -> AsyncIterator[Bar]:
        """Yield the bar of the moment, again for each price in it."""
        prices = walk(request.symbol, self._settings.seed)
        seconds = _SECONDS[request.resolution]
        bar: Bar | None = None
        for price in prices:
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

    async def _quotes(self, request: QuotesSubscriptionRequest) -> AsyncIterator[Quote]:
        """Yield a quote of each symbol, then again at each tick."""
        walks = {symbol: walk(symbol, self._settings.seed) for symbol in request.symbols}
        while True:
            for symbol, prices in walks.items():
                [price] = islice(prices, 1)
                yield Quote(
                    symbol=symbol,
                    bid=round(price - _SPREAD / 2, 2),
                    ask=round(price + _SPREAD / 2, 2),
                    last=price,
                    time=datetime.now(UTC),
                )
            await asyncio.sleep(self._settings.tick)


def _start_of_bar(now: datetime, seconds: int) -> datetime:
    return datetime.fromtimestamp(now.timestamp() // seconds * seconds, UTC)
