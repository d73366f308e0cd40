from typing import (  # for types
    Any,
    TypeAlias,
)

from app.models import (
    Bar,  # of an hour
    BarRequest,
    Quote,  # best
)
from app.routes import WsRouter

BarWsRouter: TypeAlias = WsRouter[BarRequest, Bar]

latest: Any = Quote


def first(router: 'BarWsRouter') -> None: ...
