"""The commands of orders."""

from wsgen_runtime import CommandContext

from trading_api.models import NewOrder, Order, OrderToCancel
from trading_api.shared.accounts.account import SYMBOLS
from trading_api.shared.accounts.accounts import Accounts

from .ws_generated import OrderNotWorkingError, OrderRejectedError


class Orders:
    """Places orders, which the market fills at the next tick."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    async def place_order(self, request: NewOrder, context: CommandContext) -> Order:
        """Place an order, and return it."""
        running = self._accounts[request.account_id]
        if request.symbol not in SYMBOLS:
            raise OrderRejectedError(
                f"{request.symbol} does not trade; these do: {', '.join(SYMBOLS)}"
            )
        if not running.account.is_connected:
            raise OrderRejectedError("The broker cannot be reached", retry_after=1)
        order = running.account.place(request.symbol, request.side, request.quantity)
        running.report(order)
        running.run()
        return order

    async def cancel_order(self, request: OrderToCancel, context: CommandContext) -> Order:
        """Cancel an order, and return it."""
        running = self._accounts[request.account_id]
        order = running.account.cancel(request.order_id)
        if order is None:
            raise OrderNotWorkingError(f"No order {request.order_id!r} works")
        running.report(order)
        return order
