"""The feed."""

from typing import TYPE_CHECKING, TypeAlias

from app.service import Service

if TYPE_CHECKING:
    from app.models import Bar, BarRequest, Quote
    from app.routes import WsRouter

    # OHLC bars.
    BarWsRouter: TypeAlias = WsRouter[BarRequest, Bar]
    # TODO: rename
    AWsRouter: TypeAlias = WsRouter[BarRequest, dict[str, list[Quote]]]  # Best: bid and "ask".


def start(service: Service) -> list[object]:
    from .ws_generated import AWsRouter, BarWsRouter

    return [BarWsRouter(route="candles", tags=["charts", "a, b"]), AWsRouter(service=service)]
