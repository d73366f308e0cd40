from typing import TypeAlias

from app.models import Bar, BarRequest
from app.shared.ws.generic_route import WsRouter

BarWsRouter: TypeAlias = WsRouter[BarRequest, Bar]
