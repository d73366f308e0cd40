from pydantic import BaseModel

from app.shared import Quote


class BarRequest(BaseModel):
    symbol: str


class Bar(BaseModel):
    class Volume(BaseModel):
        count: int

    close: float
