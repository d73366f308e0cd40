"""Clients of other projects: each subscribes, asks once, and tells what it has heard until the close."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import picows
import websockets.asyncio.client
from picows.websockets.asyncio.client import connect as connect_by_picows
from websockets.exceptions import ConnectionClosed
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

PING = '{"type":"ping"}'
Options = dict[str, Any]  # as each library takes them


@dataclass(slots=True)
class Heard:
    """What a client has heard: the answer to its offer, all texts, and the code of the close frame."""

    extensions: str = ""
    texts: list[str] = field(default_factory=list)
    code: int | None = None

    def hear(self, text: str) -> bool:
        """Note a text, and return whether it asks for a ping."""
        self.texts.append(text)
        return '"please ask"' in text


async def by_websockets(address: str, subscribe: str, options: Options) -> Heard:
    heard, offer = Heard(), options.get("offer")
    extensions = None if offer is None else [ClientPerMessageDeflateFactory(**offer)]
    async with websockets.asyncio.client.connect(
        address, compression=None, extensions=extensions, max_size=None
    ) as socket:
        assert socket.response is not None
        heard.extensions = socket.response.headers.get("Sec-WebSocket-Extensions", "")
        await socket.send(subscribe)
        try:
            while True:
                if heard.hear(str(await socket.recv())):
                    await socket.send(PING)
        except ConnectionClosed as closed:
            heard.code = closed.rcvd.code if closed.rcvd is not None else None
    return heard


async def by_aiohttp(address: str, subscribe: str, options: Options) -> Heard:
    heard = Heard()
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(address, **options, max_msg_size=0) as socket,
    ):
        heard.extensions = socket._response.headers.get("Sec-WebSocket-Extensions", "")
        await socket.send_str(subscribe)
        async for message in socket:
            if heard.hear(message.data):
                await socket.send_str(PING)
        heard.code = socket.close_code
    return heard


async def by_picows_with_deflate(address: str, subscribe: str, options: Options) -> Heard:
    heard = Heard()
    async with connect_by_picows(address, max_size=None, **options) as socket:
        heard.extensions = socket.response.headers.get("Sec-WebSocket-Extensions") or ""
        await socket.send(subscribe)
        try:
            while True:
                if heard.hear(str(await socket.recv())):
                    await socket.send(PING)
        except Exception as closed:  # it has several, whose names depend on who closes
            heard.code = getattr(getattr(closed, "rcvd", None), "code", None)
    return heard


async def by_picows(address: str, subscribe: str, options: Options) -> Heard:
    heard = Heard()

    class Listener(picows.WSListener):
        def on_ws_connected(self, transport: Any) -> None:
            transport.send(picows.WSMsgType.TEXT, subscribe.encode())

        def on_ws_frame(self, transport: Any, frame: Any) -> None:
            assert frame.fin
            assert not frame.rsv1
            if frame.msg_type == picows.WSMsgType.CLOSE:
                heard.code = frame.get_close_code()
                transport.disconnect()
            elif heard.hear(frame.get_payload_as_utf8_text()):
                transport.send(picows.WSMsgType.TEXT, PING.encode())

    transport, _ = await picows.ws_connect(Listener, address, **options)
    await transport.wait_disconnected()
    return heard


async def by_autobahn(address: str, subscribe: str, options: Options) -> Heard:
    # Imported here, because it chooses between asyncio and Twisted for the whole process.
    from autobahn.asyncio.websocket import WebSocketClientFactory, WebSocketClientProtocol
    from autobahn.websocket.compress import (
        PerMessageDeflateOffer,
        PerMessageDeflateResponse,
        PerMessageDeflateResponseAccept,
    )

    heard, ended = Heard(), asyncio.Event()

    class Client(WebSocketClientProtocol):
        def onConnect(self, response: Any) -> None:
            heard.extensions = response.headers.get("sec-websocket-extensions", "")

        def onOpen(self) -> None:
            self.sendMessage(subscribe.encode())

        def onMessage(self, payload: bytes, isBinary: bool) -> None:
            if heard.hear(payload.decode()):
                self.sendMessage(PING.encode())

        def onClose(self, wasClean: bool, code: int, reason: str) -> None:
            heard.code = code
            ended.set()

    def accept(response: object) -> object:
        if isinstance(response, PerMessageDeflateResponse):
            return PerMessageDeflateResponseAccept(response)
        return None

    factory = WebSocketClientFactory(address)
    factory.protocol = Client
    offer = options.get("offer")
    offers = [] if offer is None else [PerMessageDeflateOffer(**offer)]
    factory.setProtocolOptions(
        perMessageCompressionOffers=offers, perMessageCompressionAccept=accept
    )
    await asyncio.get_running_loop().create_connection(factory, factory.host, factory.port)
    await ended.wait()
    return heard
