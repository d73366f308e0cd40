"""A model with the name of another."""

from pydantic import BaseModel


class Bar(BaseModel):
    other: str
