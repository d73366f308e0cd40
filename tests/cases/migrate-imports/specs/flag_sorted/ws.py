from __future__ import annotations

import os
import zlib

from app.models import Bar, BarRequest
from app.routes import WsRouter

type BarWsRouter = WsRouter[BarRequest, Bar]

print(os, zlib)


def first(router: 'BarWsRouter') -> None: ...
