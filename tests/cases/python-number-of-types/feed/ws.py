import typing as t
from typing import TYPE_CHECKING, Optional, TypeAlias, Union

from app.models import Bar, BarRequest, Quote
from app.routes import WsRouter

OneWsRouter: TypeAlias = WsRouter[BarRequest]
ThreeWsRouter: TypeAlias = WsRouter[BarRequest, Bar, Quote]
NoneWsRouter: TypeAlias = WsRouter
EmptyWsRouter: TypeAlias = WsRouter[()]
