"""The payload: an OHLC bar, as all contestants validate and send it."""

from pydantic import BaseModel, Field


class Bar(BaseModel):
    """One OHLCV bar; `time` is when it was published, in seconds of the monotonic clock."""

    symbol: str
    time: float
    open: float
    high: float
    low: float
    close: float
    volume: int = Field(default=0, ge=0)


def bar_at(number: int, time: float) -> Bar:
    """Return a bar of the topic `number`, whose prices differ from time to time as those of a market do."""
    ticks = int(time * 1e6)
    low = 10_000 + ticks % 97
    return Bar(
        symbol=f"S{number}",
        time=time,
        open=(low + ticks % 23) / 100,
        high=(low + 23) / 100,
        low=low / 100,
        close=(low + ticks % 19) / 100,
        volume=ticks % 9_973,
    )
