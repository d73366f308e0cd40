"""The feed."""

from app.service import Service


def start(service: Service) -> list[object]:
    from .ws_generated import AWsRouter, BarWsRouter

    return [BarWsRouter(route="candles", tags=["charts", "a, b"]), AWsRouter(service=service)]
