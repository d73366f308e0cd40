"""An account's records: a stream for each route."""

from collections.abc import AsyncIterator

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
from trading_api.shared.accounts.accounts import Accounts


class BrokerService:
    """How an account stands, for a topic's first subscriber, then what changes."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def orders(self, request: OrdersSubscriptionRequest) -> AsyncIterator[Order]:
        """Return the account's orders, again after each change."""
        return self._accounts[request.account_id].records(Order)

    def positions(self, request: PositionsSubscriptionRequest) -> AsyncIterator[Position]:
        """Return the account's positions, again after each change."""
        return self._accounts[request.account_id].records(Position)

    async def executions(self, request: ExecutionsSubscriptionRequest) -> AsyncIterator[Execution]:
        """Yield the account's executions, of all symbols or one."""
        async for execution in self._accounts[request.account_id].changes(Execution):
            if request.symbol in (None, execution.symbol):
                yield execution

    def equity(self, request: EquitySubscriptionRequest) -> AsyncIterator[Equity]:
        """Return what the account is worth, again after each change."""
        return self._accounts[request.account_id].records(Equity)

    def connection(
        self, request: BrokerConnectionSubscriptionRequest
    ) -> AsyncIterator[BrokerConnectionStatus]:
        """Return whether the broker can be reached, again after each change."""
        return self._accounts[request.account_id].records(BrokerConnectionStatus)
