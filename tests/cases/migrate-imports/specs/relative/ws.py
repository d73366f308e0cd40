from typing import TypeAlias

from app.models import Bar, BarRequest
from app.routes import WsRouter

from . import settings
from .zones import ZONE

BarWsRouter: TypeAlias = WsRouter[BarRequest, Bar]


def routers() -> list[object]:
    return [BarWsRouter(route=ZONE, service=settings)]
