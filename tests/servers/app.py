"""The application that each server runs: a route, and HTTP endpoints that control it."""

import asyncio

from fastapi import FastAPI
from pydantic import TypeAdapter
from starlette.types import Message, Receive, Scope, Send

from tests.runtime.services import AAPL, BarRequest, Recorder
from wsgen_runtime import Connection, Delivery, Limits, WsApp, WsRouter
from wsgen_runtime.outgoing.servers import server_of_task, transport_of_task

router = WsRouter(
    service=Recorder(),
    route="bars",
    request_type=BarRequest,
    data_type=str,
    delivery=Delivery(queue=8),
)


served_by: set[str] = set()
with_transport: set[bool] = set()


async def authenticate(connection: Connection) -> str | None:
    served_by.add(server_of_task())
    with_transport.add(transport_of_task() is not None)
    return connection.query_params.get("user")


ws_app = WsApp(
    routers=[router],
    authenticate=authenticate,
    limits=Limits(shutdown_timeout=2, close_timeout=1),
)
full_app = WsApp(routers=[], limits=Limits(clients=1))
app = FastAPI(lifespan=ws_app.lifespan)
app.router.routes.extend(ws_app.routes("/ws"))
app.router.routes.extend(full_app.routes("/full"))


@app.post("/publish")
def publish(size: int = 1) -> None:
    """Publish from a worker thread."""
    router._publish(TypeAdapter(BarRequest).validate_python(AAPL), "x" * size)


@app.post("/close")
async def close(client: int, code: int) -> bool:
    return ws_app.disconnect(client, code=code, reason="as asked")


@app.get("/clients")
async def clients() -> list[tuple[int, object, bool, bool]]:
    """Return each client's number and user, whether `send` is called directly, and updates are prepared."""
    return [
        (number, client.user, client.direct, client.write is not None)
        for number, client in ws_app.clients.items()
    ]


@app.get("/server")
async def server() -> set[str]:
    """Return which servers were found to serve the sockets."""
    return served_by


@app.get("/transports")
async def transports() -> set[bool]:
    """Return whether the transports of connections were found."""
    return with_transport


@app.get("/failures")
async def failures() -> int:
    return ws_app.stats.failures


async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve the same inside a middleware that wraps `send`."""

    async def passed_on(message: Message) -> None:
        async with asyncio.timeout(30):
            await send(message)

    await app(scope, receive, passed_on)
