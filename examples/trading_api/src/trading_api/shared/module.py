"""What a module of the app is: HTTP routes, WebSocket routes, and where they are served."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

from fastapi import APIRouter, FastAPI
from wsgen_runtime import WsApp, WsCommands, WsRouter

from trading_api.shared.settings import Settings
from trading_api.shared.users import authenticate


class Module(ABC):
    """One module; `name` is its folder's, and the part of the addresses that is its own."""

    name: ClassVar[str]
    description: ClassVar[str]

    @abstractmethod
    def get_ws_routers(self) -> Sequence[WsRouter]:
        """Return the WebSocket routers, generated before they are imported.

        Raises wsgen.GenerationError, which names the module.
        """

    def get_ws_commands(self) -> Sequence[WsCommands]:
        """Return what serves the commands, generated before it is imported."""
        return ()

    def get_api_routers(self) -> Sequence[APIRouter]:
        """Return the HTTP routers."""
        return ()

    def get_ws_path(self, base_url: str) -> str:
        """Return the address of the WebSocket endpoint."""
        return f"{base_url}/{self.name}/ws"

    def register_ws_endpoint(self, api_app: FastAPI, base_url: str) -> WsApp:
        """Serve the WebSocket routers, and the pages that document them, in `api_app`."""
        ws_app = WsApp(
            title=self.name,
            description=self.description,
            routers=self.get_ws_routers(),
            commands=self.get_ws_commands(),
            authenticate=authenticate,
            broker=Settings.from_environment().broker,
        )
        api_app.include_router(ws_app.router(self.get_ws_path(base_url)))
        return ws_app
