"""The broker's routes, as legacy aliases: wsgen reads them and never runs this file."""

from typing import TYPE_CHECKING, TypeAlias

from trading_api.shared.ws.module_router_generator import generate_module_routers
from trading_api.shared.ws.router_interface import Delivery, WsRouterInterface

from .service import BrokerService

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

# No fill may be lost: a client that falls behind is disconnected. Of a state, only the last counts.
_EVERY_ONE = Delivery(queue=1024, overflow="disconnect")
_THE_LATEST = Delivery(overflow="latest")


class BrokerWsRouters(list[WsRouterInterface]):
    """The broker's routers, generated before they are imported."""

    def __init__(self, service: BrokerService) -> None:
        generate_module_routers("broker", silent=not __debug__)
        from .ws_generated import (
            BrokerConnectionWsRouter,
            EquityWsRouter,
            ExecutionWsRouter,
            OrderWsRouter,
            PositionWsRouter,
        )

        tags = ["broker"]
        super().__init__(
            [
                OrderWsRouter(
                    route="orders", tags=tags, service=service.orders, delivery=_EVERY_ONE
                ),
                PositionWsRouter(route="positions", tags=tags, service=service.positions),
                ExecutionWsRouter(
                    route="executions", tags=tags, service=service.executions, delivery=_EVERY_ONE
                ),
                EquityWsRouter(
                    route="equity", tags=tags, service=service.equity, delivery=_THE_LATEST
                ),
                BrokerConnectionWsRouter(
                    route="broker-connection",
                    tags=tags,
                    service=service.connection,
                    delivery=_THE_LATEST,
                ),
            ]
        )
