"""A WebSocket protocol for uvicorn that frames and compresses an update once, for all clients.

Start uvicorn with `--ws wsgen_runtime.uvicorn:Protocol`. It is uvicorn's own implementation, and offers the ASGI
extension `websocket.prepared`, which a `WsApp` uses; other applications are served as before.
"""

import asyncio
import logging

import uvicorn
from uvicorn.protocols.websockets.auto import AutoWebSocketsProtocol

_log = logging.getLogger("wsgen_runtime")


def _choose() -> type[asyncio.Protocol] | None:
    try:
        from wsgen_runtime.framing.protocol import Protocol
    except ImportError as error:
        _log.warning(
            "wsgen_runtime.uvicorn:Protocol needs uvicorn 0.52.1 or newer and websockets 14.2 or newer: "
            "with uvicorn %s, updates are framed again for each client (%s)",
            uvicorn.__version__,
            error,
        )
        return AutoWebSocketsProtocol  # type: ignore[return-value]  # a class, or None, which it does not say
    return Protocol


Protocol: type[asyncio.Protocol] | None = _choose()
"""What uvicorn is to serve WebSockets with. In an older uvicorn, or without websockets, its own choice."""
