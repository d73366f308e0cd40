"""The same seven routers as legacy type aliases; wsgen reads this file and never runs it."""

from typing import TYPE_CHECKING, TypeAlias

from wsgen_runtime import WsRouter as WsRouterInterface
from wsgen_runtime import WsRouteService

if TYPE_CHECKING:
    from trading_api.models import (
        Bar,
        BarsSubscriptionRequest,
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
        Quote,
        QuotesSubscriptionRequest,
    )
    from trading_api.shared.ws.generic_route import WsRouter

    BarWsRouter: TypeAlias = WsRouter[BarsSubscriptionRequest, Bar]
    QuoteWsRouter: TypeAlias = WsRouter[QuotesSubscriptionRequest, Quote]
    OrderWsRouter: TypeAlias = WsRouter[OrdersSubscriptionRequest, Order]
    PositionWsRouter: TypeAlias = WsRouter[PositionsSubscriptionRequest, Position]
    ExecutionWsRouter: TypeAlias = WsRouter[ExecutionsSubscriptionRequest, Execution]
    EquityWsRouter: TypeAlias = WsRouter[EquitySubscriptionRequest, Equity]
    BrokerConnectionWsRouter: TypeAlias = WsRouter[
        BrokerConnectionSubscriptionRequest,
        BrokerConnectionStatus,
    ]


class LegacyWsRouters(list[WsRouterInterface]):
    """The module's routers, ready to be served."""

    def __init__(self, service: WsRouteService) -> None:
        from .ws_generated import (
            BarWsRouter,
            BrokerConnectionWsRouter,
            EquityWsRouter,
            ExecutionWsRouter,
            OrderWsRouter,
            PositionWsRouter,
            QuoteWsRouter,
        )

        super().__init__(
            [
                BarWsRouter(route="bars", tags=["datafeed"], service=service),
                QuoteWsRouter(route="quotes", tags=["datafeed"], service=service),
                OrderWsRouter(route="orders", tags=["broker"], service=service),
                PositionWsRouter(route="positions", tags=["broker"], service=service),
                ExecutionWsRouter(route="executions", tags=["broker"], service=service),
                EquityWsRouter(route="equity", tags=["broker"], service=service),
                BrokerConnectionWsRouter(
                    route="broker-connection", tags=["broker"], service=service
                ),
            ]
        )
