from pydantic import BaseModel
class Thing(BaseModel): x: int
