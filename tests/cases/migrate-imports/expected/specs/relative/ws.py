from . import settings
from .ws_generated import BarWsRouter
from .zones import ZONE


def routers() -> list[object]:
    return [BarWsRouter(route=ZONE, service=settings)]
