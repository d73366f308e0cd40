"""The WebSocket routers of datafeed."""

import os
from typing import TYPE_CHECKING, TypeAlias

from trading_api.shared.ws.module_router_generator import generate_module_routers
from trading_api.shared.ws.router_interface import WsRouterInterface, WsRouteService

if TYPE_CHECKING:
    from trading_api.models import (
        Bar,
        BarsSubscriptionRequest,
        Quote,
        QuotesSubscriptionRequest,
    )
    from trading_api.shared.ws.generic_route import WsRouter

    BarWsRouter: TypeAlias = WsRouter[BarsSubscriptionRequest, Bar]
    QuoteWsRouter: TypeAlias = WsRouter[QuotesSubscriptionRequest, Quote]


class DatafeedWsRouters(list[WsRouterInterface]):
    """The routers, generated before they are imported."""

    def __init__(self, service: WsRouteService) -> None:
        generate_module_routers(
            os.path.basename(os.path.dirname(__file__)), skip_quality_checks=True
        )
        from .ws_generated import BarWsRouter, QuoteWsRouter

        super().__init__(
            [
                BarWsRouter(route="bars", tags=["datafeed"], service=service),
                QuoteWsRouter(route="quotes", tags=["datafeed"], service=service),
            ]
        )
