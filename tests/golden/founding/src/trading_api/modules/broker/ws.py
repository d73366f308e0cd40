"""The WebSocket routers of broker."""

import os
from typing import TYPE_CHECKING, TypeAlias

from trading_api.shared.ws.module_router_generator import generate_module_routers
from trading_api.shared.ws.router_interface import WsRouterInterface, WsRouteService

if TYPE_CHECKING:
    from trading_api.models import (
        BrokerConnectionStatus,
        BrokerConnectionSubscriptionRequest,
        Equity,
        EquitySubscriptionRequest,
        Execution,
        ExecutionsSubscriptionRequest,
        Order,
        OrdersSubscriptionRequest,
        Position,
        PositionsSubscriptionRequest,
    )
    from trading_api.shared.ws.generic_route import WsRouter

    OrderWsRouter: TypeAlias = WsRouter[OrdersSubscriptionRequest, Order]
    PositionWsRouter: TypeAlias = WsRouter[PositionsSubscriptionRequest, Position]
    ExecutionWsRouter: TypeAlias = WsRouter[ExecutionsSubscriptionRequest, Execution]
    EquityWsRouter: TypeAlias = WsRouter[EquitySubscriptionRequest, Equity]
    BrokerConnectionWsRouter: TypeAlias = WsRouter[
        BrokerConnectionSubscriptionRequest,
        BrokerConnectionStatus,
    ]


class BrokerWsRouters(list[WsRouterInterface]):
    """The routers, generated before they are imported."""

    def __init__(self, service: WsRouteService) -> None:
        generate_module_routers(
            os.path.basename(os.path.dirname(__file__)), skip_quality_checks=True
        )
        from .ws_generated import (
            BrokerConnectionWsRouter,
            EquityWsRouter,
            ExecutionWsRouter,
            OrderWsRouter,
            PositionWsRouter,
        )

        super().__init__(
            [
                OrderWsRouter(route="orders", tags=["broker"], service=service),
                PositionWsRouter(route="positions", tags=["broker"], service=service),
                ExecutionWsRouter(route="executions", tags=["broker"], service=service),
                EquityWsRouter(route="equity", tags=["broker"], service=service),
                BrokerConnectionWsRouter(route="broker-connection", tags=["broker"], service=service),
            ]
        )
