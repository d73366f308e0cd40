from typing import TypeAlias

from app.models import Bar, BarRequest
from app.routes import WsRouter

BarWsRouter: TypeAlias = WsRouter[BarRequest, Bar]


def start() -> object:
    import asyncio

    return asyncio, BarWsRouter()


if __name__ == "__main__":
    start()
