import typing as t
from typing import TYPE_CHECKING, Optional, TypeAlias, Union

from app.models import Bar, BarRequest, Quote
from app.routes import WsRouter

BarWsRouter: TypeAlias = WsRouter[BarRequest, Bar]


def routers(service):
    return [
        BarWsRouter(route="bars", tags=["charts"], service=service),
        BarWsRouter(route="candles", tags=["charts", "bars"], service=service),
    ]
