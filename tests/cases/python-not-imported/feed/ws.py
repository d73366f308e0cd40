import typing as t
from typing import TYPE_CHECKING, Optional, TypeAlias, Union

from app.models import Bar, BarRequest, Quote
from app.routes import WsRouter

import app.events
from app.more import *

NameWsRouter: TypeAlias = WsRouter[BarRequest, Trade]
QuotedWsRouter: TypeAlias = WsRouter[BarRequest, "Trade"]
MemberWsRouter: TypeAlias = WsRouter[BarRequest, models.Trade]
ModuleWsRouter: TypeAlias = WsRouter[BarRequest, app.events]
