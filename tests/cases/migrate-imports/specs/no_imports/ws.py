"""Names by their modules."""

import app.models, app.routes

type BarWsRouter = app.routes.WsRouter[app.models.BarRequest, app.models.Bar]


def first(router: 'BarWsRouter') -> None: ...
