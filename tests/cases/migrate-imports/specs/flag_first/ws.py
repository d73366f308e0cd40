"""No import of typing, and no other of the standard library."""

from app.models import Bar, BarRequest
from app.routes import WsRouter

type BarWsRouter = WsRouter[BarRequest, Bar]


def first(router: 'BarWsRouter') -> None: ...
