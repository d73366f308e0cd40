"""chanx in its FastAPI variant (fast-channels): one multiplexed topic, the in-memory channel layer."""

import logging
from typing import Literal

import structlog
from chanx.core.decorators import event_handler
from chanx.core.topic import Topic
from chanx.fast_channels.websocket import AsyncJsonWebsocketConsumer
from chanx.messages.base import BaseMessage
from fast_channels.layers import InMemoryChannelLayer, register_channel_layer
from fastapi import FastAPI
from starlette.routing import WebSocketRoute

from benchmarks.runtime.programs.bar import Bar

SUBSCRIBE = '{"action":"subscribe","topic":"bars:S%d"}'
UNSUBSCRIBE = '{"action":"unsubscribe","topic":"bars:S%d"}'


class BarUpdate(BaseMessage):
    """An update."""

    action: Literal["bar"] = "bar"
    payload: Bar


class BarTopic(Topic[BarUpdate]):
    """The bars of one symbol."""

    pattern = "bars:{symbol}"

    @event_handler
    async def bar(self, event: BarUpdate) -> BarUpdate:
        """Pass an update on."""
        return event


class BarConsumer(AsyncJsonWebsocketConsumer):
    """The endpoint."""

    channel_layer_alias = "default"
    topics = (BarTopic,)


# Otherwise every frame is logged to stdout, which is slow and is used by the benchmark itself.
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
register_channel_layer("default", InMemoryChannelLayer(capacity=10_000))
app = FastAPI()
app.router.routes.append(WebSocketRoute("/", BarConsumer.as_asgi()))


async def publish(number: int, bar: Bar) -> None:
    """Send `bar` to all subscribers."""
    await BarTopic.broadcast(f"bars:S{number}", BarUpdate(payload=bar))
