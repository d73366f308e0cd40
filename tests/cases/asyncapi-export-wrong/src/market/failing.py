from pydantic import BaseModel

raise ConnectionError("no database")


class Trade(BaseModel): ...
