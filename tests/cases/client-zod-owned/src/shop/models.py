from pydantic import BaseModel


class Event(BaseModel):
    text: str
