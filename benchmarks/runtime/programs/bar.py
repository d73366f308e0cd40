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
    """Return a bar of the topic `number`."""
    return Bar(
        symbol=f"S{number}",
        time=time,
        open=101.25,
        high=102.5,
        low=99.75,
        close=102.0,
        volume=1_000,
    )
