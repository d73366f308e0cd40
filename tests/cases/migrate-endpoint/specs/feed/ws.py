from typing import TypeAlias

from app.models import Bar, BarRequest
from app.routes import WsRouter

BarWsRouter: TypeAlias = WsRouter[BarRequest, Bar]


def mount(app):
    app.add_websocket_route('/api/v1/feed', print)
