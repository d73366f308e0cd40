"""An account's positions: a stream of changes, and the state that they change."""

from collections.abc import AsyncIterator

from trading_api.models import Portfolio, Position, PositionsSubscriptionRequest
from trading_api.shared.accounts.accounts import Accounts


class Positions:
    """The positions of each account that somebody watches, up to the last change that was sent."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._sent: dict[str, dict[str, Position]] = {}

    async def stream(self, request: PositionsSubscriptionRequest) -> AsyncIterator[Position]:
        """Yield each position that changes."""
        running = self._accounts[request.account_id]
        sent = self._sent[request.account_id] = running.account.positions
        try:
            async for position in running.changes(Position):
                sent[position.symbol] = position
                yield position
        finally:
            del self._sent[request.account_id]

    async def snapshot(self, request: PositionsSubscriptionRequest) -> Portfolio:
        """Return all positions as they were after the last change that was sent."""
        return Portfolio(positions=list(self._sent[request.account_id].values()))
