import typing as t
from typing import TYPE_CHECKING, Optional, TypeAlias, Union

from app.models import Bar, BarRequest, Quote
from app.routes import WsRouter

AnyWsRouter: TypeAlias = WsRouter[BarRequest, t.Any]
LiteralWsRouter: TypeAlias = WsRouter[BarRequest, list[t.Literal[1]]]
ListWsRouter: TypeAlias = WsRouter[list[BarRequest], Bar]
NoneWsRouter: TypeAlias = WsRouter[BarRequest, None]
BareWsRouter: TypeAlias = WsRouter[BarRequest, list]
KeyWsRouter: TypeAlias = WsRouter[BarRequest, dict[Optional[str], Union[Bar, Quote]]]
