"""Market data: bars, quotes, order books and alerts. The routes are declared in ws.yaml."""

from collections.abc import Sequence

from fastapi import APIRouter
from wsgen import generate_module_routers
from wsgen_runtime import WsRouter

from trading_api.shared.module import Module
from trading_api.shared.settings import Settings

from .books import Books
from .service import SYMBOLS, DatafeedService


class DatafeedModule(Module):
    """The market data module."""

    name = "datafeed"
    description = "Real-time market data."

    def get_ws_routers(self) -> Sequence[WsRouter]:
        """Return the routers of market data."""
        generate_module_routers(self.name, silent=not __debug__)
        from .ws_generated import AlertWsRouter, BarWsRouter, BookWsRouter, QuoteWsRouter

        settings = Settings.from_environment()
        service = DatafeedService(settings)
        return [
            BarWsRouter(service=service.bars),
            QuoteWsRouter(service=service.quotes),
            BookWsRouter(service=Books(settings)),
            AlertWsRouter(),
        ]

    def get_api_routers(self) -> Sequence[APIRouter]:
        """Return the route that lists the symbols."""
        router = APIRouter(prefix=f"/{self.name}")

        @router.get("/symbols")
        def symbols() -> list[str]:
            """List the symbols that trade."""
            return list(SYMBOLS)

        return [router]


def create_module() -> Module:
    """Return the module for the registry."""
    return DatafeedModule()
