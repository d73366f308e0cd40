"""The part of an app that answers to plain HTTP need."""

from collections.abc import Mapping
from typing import Protocol

from starlette.types import Receive, Scope, Send

from wsgen_runtime.connections.origins import AllowedPages
from wsgen_runtime.router import WsRouter
from wsgen_runtime.stats import Stats


class Served(Protocol):
    """What is known of a `WsApp` by those that serve its documents and metrics."""

    title: str
    version: str
    description: str
    docs: bool
    metrics: bool
    pages: AllowedPages

    @property
    def routers(self) -> Mapping[str, WsRouter]:
        """Return the routers by their route, in the order given."""
        raise NotImplementedError

    @property
    def stats(self) -> Stats:
        """Return what was counted so far, and the current state."""
        raise NotImplementedError

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
