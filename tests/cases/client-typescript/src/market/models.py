from enum import StrEnum

from pydantic import BaseModel, Field


class Side(StrEnum):
    """A side of the book."""

    BUY = "buy"
    SELL = "sell"


class BookRequest(BaseModel):
    symbol: str = Field(examples=["AAPL"])
    depth: int = Field(default=10, description="How many prices.")


class Level(BaseModel):
    side: Side
    price: float
    size: int = 0


class Book(BaseModel):
    levels: dict[str, list[Level]]


class NewOrder(BaseModel):
    """An order to place."""

    side: Side
    price: float
    note: str | None = Field(default=None, deprecated=True, description="Nobody reads it.")


class OrderAck(BaseModel):
    number: int
