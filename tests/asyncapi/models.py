"""Models with everything that JSON schemas can say."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, Field

T = TypeVar("T")


class Side(StrEnum):
    BUY = "buy"
    SELL = "sell"


class Request(BaseModel):
    symbol: str = Field(alias="sym", examples=["AAPL"])
    side: Side = Field(default=Side.BUY, description="Which half of the book.")


class Tree(BaseModel):
    children: list["Tree"] = []


class Page(BaseModel, Generic[T]):
    items: list[T]


class Cat(BaseModel):
    kind: Literal["cat"] = "cat"


class Dog(BaseModel):
    kind: Literal["dog"] = "dog"


class Bar(BaseModel):
    price: Decimal
    when: datetime
    pair: tuple[int, str]
    side: Side = Field(default=Side.BUY, description="Which half of the book.")
    pet: Annotated[Cat | Dog, Field(discriminator="kind")] = Cat()
    renamed: int = Field(default=1, serialization_alias="re-named")
    hidden: int = Field(default=1, exclude=True)


@dataclass
class Point:
    x: int
    y: int = 0
