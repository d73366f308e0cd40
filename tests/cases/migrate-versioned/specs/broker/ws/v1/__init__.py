from typing import TypeAlias

from app.models import Bar, BarRequest
from app.routes import WsRouter

BarWsRouter: TypeAlias = WsRouter[BarRequest, Bar]
