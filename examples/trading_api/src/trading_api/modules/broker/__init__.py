"""Trading: the records of an account. The routes are declared in ws.py."""

from collections.abc import Sequence

from wsgen_runtime import WsRouter

from trading_api.shared.accounts.accounts import accounts_of
from trading_api.shared.module import Module
from trading_api.shared.settings import Settings

from .service import BrokerService
from .ws import BrokerWsRouters


class BrokerModule(Module):
    """The trading module."""

    name = "broker"
    description = "The records of a trading account, as they change."

    def get_ws_routers(self) -> Sequence[WsRouter]:
        """Return the routers of an account's records."""
        return BrokerWsRouters(BrokerService(accounts_of(Settings.from_environment())))


def create_module() -> Module:
    """Return the module for the registry."""
    return BrokerModule()
