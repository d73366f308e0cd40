"""The app factory: modules are discovered, enabled, generated for, and put together."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from wsgen_runtime import WsApp, WsDocs

from trading_api.shared.registry import registry

BASE_URL = "/api/v1"


def create_app(enabled_modules: list[str] | None = None) -> tuple[FastAPI, list[WsApp]]:
    """Return the app and its WebSocket apps, of the modules named or of all.

    The routers of each enabled module are generated where they are not current.

    Raises ValueError for an unknown module, and wsgen.GenerationError, which names the module, if
    that fails.
    """
    registry.clear()
    registry.auto_discover(Path(__file__).parent / "modules")
    registry.set_enabled_modules(enabled_modules)

    ws_apps: dict[str, WsApp] = {}

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None, None]:
        async with AsyncExitStack() as stack:
            for ws_app in ws_apps.values():
                await stack.enter_async_context(ws_app.lifespan())
            yield
            # At the same time: leaving the stack ends one after the other.
            await asyncio.gather(*(ws_app.shutdown() for ws_app in ws_apps.values()))

    api_app = FastAPI(title="Trading API", lifespan=lifespan)
    modules = registry.get_enabled_modules()
    for module in modules:
        for router in module.get_api_routers():
            api_app.include_router(router, prefix=BASE_URL, tags=[module.name])
        ws_apps[module.get_ws_path(BASE_URL)] = module.register_ws_endpoint(api_app, BASE_URL)
    names = [module.name for module in modules]

    @api_app.get("/health")
    def health() -> dict[str, object]:
        """Say that this process serves, and what."""
        return {"status": "ok", "pid": os.getpid(), "modules": names}

    api_app.mount("/ws-docs", WsDocs(ws_apps, title="Trading API"))
    return api_app, list(ws_apps.values())
