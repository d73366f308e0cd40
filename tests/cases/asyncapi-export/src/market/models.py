from pydantic import BaseModel


class BarRequest(BaseModel):
    symbol: str


class Bar(BaseModel):
    close: float


class Quote(BaseModel):
    bid: float
