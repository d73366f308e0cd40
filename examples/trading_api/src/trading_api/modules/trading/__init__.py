"""Trading: positions and orders. The route and the commands are declared in ws.yaml."""

from collections.abc import Sequence

from wsgen import generate_module_routers
from wsgen_runtime import WsCommands, WsRouter

from trading_api.shared.accounts.accounts import accounts_of
from trading_api.shared.module import Module
from trading_api.shared.settings import Settings

from .positions import Positions


class TradingModule(Module):
    """The trading module."""

    name = "trading"
    description = "Positions with their state, and orders."

    def get_ws_routers(self) -> Sequence[WsRouter]:
        """Return the router of positions."""
        generate_module_routers(self.name, silent=not __debug__)
        from .ws_generated import PositionWsRouter

        return [PositionWsRouter(service=Positions(accounts_of(Settings.from_environment())))]

    def get_ws_commands(self) -> Sequence[WsCommands]:
        """Return the commands of orders."""
        generate_module_routers(self.name, silent=not __debug__)
        from .orders import Orders
        from .ws_generated import Commands

        return [Commands(Orders(accounts_of(Settings.from_environment())))]


def create_module() -> Module:
    """Return the module for the registry."""
    return TradingModule()
