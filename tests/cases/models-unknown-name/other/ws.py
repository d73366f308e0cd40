from typing import TypeAlias

from app.models import BarRequest, Barr
from app.routes import WsRouter

BarWsRouter: TypeAlias = WsRouter[BarRequest, Barr]
