import typing as t
from typing import TYPE_CHECKING, Optional, TypeAlias, Union

from app.models import Bar, BarRequest, Order, Quote
from app.routes import WsRouter

BarWsRouter: TypeAlias = WsRouter[BarRequest, list[Bar]]
QuoteWsRouter: TypeAlias = WsRouter[BarRequest, Quote]
OrderWsRouter: TypeAlias = WsRouter[BarRequest, Order]


def routers(service):
    return [BarWsRouter(route="bars", tags=["charts"])]
