from typing import TypeAlias

from app.models import Bar, BarRequest
from app.routes import WsRouter

BarWsRouter: TypeAlias = WsRouter[BarRequest, Bar]

ROUTERS = [BarWsRouter]


def start():
    from .ws_generated import BarWsRouter

    return BarWsRouter()
