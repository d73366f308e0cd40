from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, RootModel


class Side(StrEnum):
    BUY = "buy"
    SELL = "sell"


class NewOrder(BaseModel):
    """What a customer asks for."""

    model_config = ConfigDict(extra="forbid")

    symbol: str = Field(pattern=r"^[A-Z]{1,5}$")
    side: Side
    quantity: int = Field(gt=0, le=1000)
    limit: Decimal | None = None
    note: str = Field(default="", max_length=20, description="Read by people */ only.")
    tags: set[str] = Field(default=set(), max_length=3)
    code: str | None = Field(default=None, pattern=r"(?i)^[a-z]\d+$")
    key: UUID


class Placed(BaseModel):
    kind: Literal["placed", "filled"]
    number: int
    at: datetime


class Failed(BaseModel):
    kind: Literal["failed", "refused"]
    reason: str
    details: dict[str, int] = {}


class Category(BaseModel):
    name: str
    children: list["Category"] = []
    prices: dict[str, tuple[Decimal, int]]
    path: tuple[str, ...]


class EventRequest(BaseModel):
    categories: list[str] = Field(default=[], max_length=10)


class Event(RootModel[Annotated[Placed | Failed, Field(discriminator="kind")]]):
    """What has happened."""
