import typing as t
from typing import TYPE_CHECKING, Optional, TypeAlias, Union

from app.models import Bar, BarRequest, Quote
from app.routes import WsRouter

class Routers:
    BarWsRouter: TypeAlias = WsRouter[BarRequest, Bar]


def routers():
    type QuoteWsRouter = WsRouter[BarRequest, Quote]
