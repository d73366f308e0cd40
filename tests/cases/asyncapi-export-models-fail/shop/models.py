from pydantic import BaseModel

raise ConnectionError("no database")


class Ask(BaseModel):
    x: int


class Bar(BaseModel):
    x: int
