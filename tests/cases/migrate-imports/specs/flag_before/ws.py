from uuid import uuid4

from app.models import Bar, BarRequest
from app.routes import WsRouter

type BarWsRouter = WsRouter[BarRequest, Bar]

print(uuid4())


def first(router: 'BarWsRouter') -> None: ...
