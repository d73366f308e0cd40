"""Every form that a declaration may have."""

import app.routes
import typing_extensions as te
from typing import TYPE_CHECKING, Optional, TypeAlias, Union

from app import models
from app.models import Bar as Candle, BarRequest, Quote
from app.routes import WsRouter

PlainWsRouter: TypeAlias = WsRouter[BarRequest, Candle]
QuotedWsRouter: "TypeAlias" = "WsRouter[BarRequest, 'Quote']"
type StatementWsRouter = WsRouter[BarRequest, Quote | None]
LinesWsRouter: te.TypeAlias = (
    WsRouter[
        BarRequest,  # what
        list[Candle],
    ]
)
MemberWsRouter: TypeAlias = app.routes.WsRouter[models.BarRequest, Optional[models.Quote]]

if TYPE_CHECKING:
    GuardedWsRouter: TypeAlias = WsRouter[BarRequest, Union[Candle, Quote]]
else:
    GuardedWsRouter = WsRouter

Quotes: TypeAlias = dict[str, Quote]
AliasWsRouter: TypeAlias = WsRouter[BarRequest, Quotes]
NotRouters: TypeAlias = list[WsRouter[BarRequest, Candle]]


def routers(service):
    from .ws_generated import LinesWsRouter as Lines

    return [PlainWsRouter(route="bars", tags=["charts"]), Lines(route="lines", tags=("a", "b"))]
