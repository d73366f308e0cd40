from pydantic import BaseModel


class Bar(BaseModel):
    close: float


class BarRequest(BaseModel):
    symbol: str


class Quote(BaseModel):
    bid: float


class QuoteRequest(BaseModel):
    symbols: list[str]
