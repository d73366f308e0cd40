import typing as t
from typing import TYPE_CHECKING, Optional, TypeAlias, Union

from app.models import Bar, BarRequest, Quote
from app.routes import WsRouter

UnclosedWsRouter: TypeAlias = "WsRouter[BarRequest, ("
WordsWsRouter: TypeAlias = WsRouter["BarRequest of", Bar]
NumberWsRouter: TypeAlias = WsRouter[BarRequest, 1]
CallWsRouter: TypeAlias = WsRouter[BarRequest, make()]
MemberWsRouter: TypeAlias = WsRouter[BarRequest, make().Bar]
