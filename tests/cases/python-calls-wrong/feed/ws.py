import typing as t
from typing import TYPE_CHECKING, Optional, TypeAlias, Union

from app.models import Bar, BarRequest, Quote
from app.routes import WsRouter

BarWsRouter: TypeAlias = WsRouter[BarRequest, Bar]
QuoteWsRouter: TypeAlias = WsRouter[BarRequest, Quote]


def routers(service):
    return [BarWsRouter(route="Best bars"), QuoteWsRouter(tags=["market", " data"])]
