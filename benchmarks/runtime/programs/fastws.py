"""FastWS: a send operation to subscribe, one to unsubscribe, and a receive operation for the updates."""

from fastapi import FastAPI, WebSocket
from fastws import Client, FastWS, Message
from pydantic import BaseModel

from benchmarks.runtime.programs.bar import Bar

SUBSCRIBE = '{"type":"bars.subscribe","payload":{"symbol":"S%d"}}'
UNSUBSCRIBE = '{"type":"bars.unsubscribe","payload":{"symbol":"S%d"}}'


class BarsRequest(BaseModel):
    """Which bars to send."""

    symbol: str


class Response(BaseModel):
    """The answer to a subscription."""

    status: str
    message: str
    topic: str


class Update(BaseModel):
    """An update with its topic."""

    topic: str
    payload: Bar


app = FastAPI()
_service = FastWS()


def _topic(symbol: str) -> str:
    return f'bars:{{"symbol":"{symbol}"}}'


@_service.send("bars.subscribe", reply="bars.subscribe.response")
async def subscribe(payload: BarsRequest, client: Client) -> Response:
    """Subscribe."""
    topic = _topic(payload.symbol)
    client.subscribe(topic)
    return Response(status="ok", message="Subscribed", topic=topic)


@_service.send("bars.unsubscribe", reply="bars.unsubscribe.response")
async def unsubscribe(payload: BarsRequest, client: Client) -> Response:
    """Unsubscribe."""
    topic = _topic(payload.symbol)
    client.unsubscribe(topic)
    return Response(status="ok", message="Unsubscribed", topic=topic)


@_service.recv("bars.update")
async def update(payload: Update) -> Update:
    """Pass an update on."""
    return payload


@app.websocket("/")
async def serve(ws: WebSocket) -> None:
    """Serve one connection."""
    async for client in _service.manage(ws):
        await _service.serve(client)


async def publish(number: int, bar: Bar) -> None:
    """Send `bar` to all subscribers, as the founding code does."""
    topic = _topic(f"S{number}")
    message = Message(type="bars.update", payload={"topic": topic, "payload": bar})
    await _service.server_send(message, topic=topic)
