from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from app.models import Bar, BarRequest
    from app.routes import WsRouter

    BarWsRouter: TypeAlias = WsRouter[BarRequest, Bar]
