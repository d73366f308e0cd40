import typing as t
from typing import TYPE_CHECKING, Optional, TypeAlias, Union

from app.models import Bar, BarRequest, Quote
from app.routes import WsRouter

Class: TypeAlias = WsRouter[BarRequest, Bar]
Árfolyam: TypeAlias = WsRouter[BarRequest, Bar]
BarWsRouter: TypeAlias = WsRouter[BarRequest, Bar]
BARWsRouter: TypeAlias = WsRouter[BarRequest, Quote]
