"""Tests an app without sockets, by an in-memory client.

    async with connect(ws_app) as client:
        await client.subscribe("bars", {"symbol": "AAPL"})
        update = await client.receive(timeout=1)

With pytest, the `ws_connect` fixture is this `connect`.
"""

import asyncio
import itertools
import json
from collections import deque
from collections.abc import AsyncIterator, Mapping, MutableMapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

from starlette.types import ASGIApp

from wsgen_runtime.protocol.frames import PLAIN_PONG
from wsgen_runtime.protocol.positions import Position

# Any: only the test knows the structure of a frame.
Frame = dict[str, Any]

FEATURES = ("positions", "snapshot", "keys", "renewal")
"""The features of the protocol that a client of this version knows."""

_END = 10.0  # seconds within which an app must notice that a client has vanished


class RefusedByServerError(Exception):
    """The server did not accept the connection; `status` is the HTTP status a real client would see."""

    def __init__(self, status: int) -> None:
        super().__init__(f"refused with HTTP {status}")
        self.status = status


class ClosedByServerError(Exception):
    """The server closed the socket."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"closed with {code}: {reason}")
        self.code = code
        self.reason = reason


class ErrorFrameError(Exception):
    """The server answered a request with an error frame; `payload` is the frame's."""

    def __init__(self, payload: Frame) -> None:
        super().__init__(f"{payload['code']}: {payload['message']}")
        self.payload = payload
        self.code = str(payload["code"])


class WsTestClient:
    """One connection to an ASGI app, in memory. Times are in seconds."""

    def __init__(self) -> None:
        self._to_app: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
        self._from_app: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
        self._unread: deque[Frame] = deque()
        self._readable = asyncio.Event()
        self._readable.set()
        self._ids = itertools.count(1)
        self.subprotocol: str | None = None
        self.hello: Frame | None = None
        """The payload of the server's answer to hello, once the client has said it."""

    async def subscribe(
        self,
        route: str,
        payload: Mapping[str, object] | None = None,
        *,
        since: Position | None = None,
        timeout: float = 5.0,  # noqa: ASYNC109
    ) -> Frame:
        """Subscribe and return the answer's payload; raises ErrorFrameError when refused.

        With `since`, a client that has said hello gets the updates after that position, if they are kept.
        """
        more = {} if since is None else {"since": since._asdict()}
        return await self._request(f"{route}.subscribe", payload or {}, timeout, **more)

    async def unsubscribe(
        self,
        route: str,
        payload: Mapping[str, object] | None = None,
        *,
        timeout: float = 5.0,  # noqa: ASYNC109
    ) -> Frame:
        """Unsubscribe and return the answer's payload; raises ErrorFrameError when refused."""
        return await self._request(f"{route}.unsubscribe", payload or {}, timeout)

    async def command(
        self,
        name: str,
        payload: Mapping[str, object],
        *,
        key: str | None = None,
        timeout: float = 5.0,  # noqa: ASYNC109
    ) -> Any:
        """Ask for a command and return the payload of its response; raises ErrorFrameError for an error.

        With a `key`, asking again does not carry out the command again.
        """
        more = {} if key is None else {"key": key}
        return await self._request(name, payload, timeout, **more)

    async def say_hello(
        self,
        features: Sequence[str] = FEATURES,
        *,
        timeout: float = 5.0,  # noqa: ASYNC109
    ) -> Frame:
        """Say hello with `features`, and return the answer's payload; raises ErrorFrameError when refused."""
        payload = {"version": 1, "features": list(features)}
        self.hello = await self._request("hello", payload, timeout)
        return self.hello

    async def authenticate(self, token: str, *, timeout: float = 5.0) -> Frame:  # noqa: ASYNC109
        """Send another token, after hello, and return the answer's payload.

        Raises ErrorFrameError when refused.
        """
        return await self._request("authenticate", {"token": token}, timeout)

    async def receive(self, *, timeout: float = 5.0) -> Frame:  # noqa: ASYNC109
        """Return the next frame that is not an answer to a request of this client.

        Raises TimeoutError, or ClosedByServerError once the server has closed the socket.
        """
        if self._unread:
            return self._unread.popleft()
        return await self._next(timeout)

    async def send(self, frame: Frame) -> None:
        """Send a frame without waiting for an answer."""
        await self.send_text(json.dumps(frame))

    async def send_text(self, text: str) -> None:
        """Send a text frame with any content."""
        await self._to_app.put({"type": "websocket.receive", "text": text})

    async def send_bytes(self, data: bytes) -> None:
        """Send a binary frame."""
        await self._to_app.put({"type": "websocket.receive", "bytes": data})

    def stall(self) -> None:
        """Stop reading, so that sending blocks in the app, as with a client whose network hangs."""
        self._readable.clear()

    def resume(self) -> None:
        """Resume reading."""
        self._readable.set()

    def vanish(self) -> None:
        """Disconnect without a close frame."""
        self._to_app.put_nowait({"type": "websocket.disconnect", "code": 1006})

    async def _request(
        self, kind: str, payload: Mapping[str, object], within: float, **more: object
    ) -> Frame:
        frame_id = f"test-{next(self._ids)}"
        await self.send({"type": kind, "payload": dict(payload), "id": frame_id, **more})
        async with asyncio.timeout(within):
            while (frame := await self._next(within)).get("id") != frame_id:
                self._unread.append(frame)
        answer: Frame = frame["payload"]
        if frame["type"] == "error":
            raise ErrorFrameError(answer)
        return answer

    async def _next(self, within: float) -> Frame:
        async with asyncio.timeout(within):
            message = await self._from_app.get()
        if message["type"] == "websocket.close":
            self._from_app.put_nowait(message)  # so that later calls raise it again
            raise ClosedByServerError(message.get("code", 1000), message.get("reason") or "")
        if message["text"] == PLAIN_PONG:
            return {"type": "pong"}
        frame: Frame = json.loads(message["text"])
        return frame

    async def _send_from_app(self, message: MutableMapping[str, Any]) -> None:
        await self._readable.wait()
        self._from_app.put_nowait(message)
        if message["type"] == "websocket.close":
            self._to_app.put_nowait(
                {"type": "websocket.disconnect", "code": message.get("code", 1000)}
            )

    async def _run(self, app: ASGIApp, scope: MutableMapping[str, Any]) -> None:
        self._to_app.put_nowait({"type": "websocket.connect"})
        await app(scope, self._to_app.get, self._send_from_app)

    async def _accepted(self) -> None:
        message = await self._from_app.get()
        if message["type"] == "websocket.http.response.start":
            raise RefusedByServerError(message["status"])
        if message["type"] == "websocket.close":
            raise RefusedByServerError(403)
        self.subprotocol = message.get("subprotocol")


@asynccontextmanager
async def connect(
    app: ASGIApp,
    path: str = "/",
    *,
    headers: Mapping[str, str] | None = None,
    cookies: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    subprotocols: Sequence[str] = (),
    hello: bool = False,
) -> AsyncIterator[WsTestClient]:
    """Connect to `app` and yield the client; at the end, disconnect and wait until the app has noticed.

    With `hello`, the client has said hello, and knows all features of this version. Raises RefusedByServerError
    when the app does not accept, and whatever the app itself raises.
    """
    client = WsTestClient()
    scope = _scope(path, headers or {}, cookies or {}, query or {}, subprotocols)
    task = asyncio.create_task(client._run(app, scope))  # noqa: SLF001 - a class of this module
    accepted = asyncio.create_task(client._accepted())  # noqa: SLF001
    try:
        await asyncio.wait({task, accepted}, return_when=asyncio.FIRST_COMPLETED)
        if task.done() and not accepted.done():
            task.result()  # raises what the app raised
            if client._from_app.empty():  # noqa: SLF001
                refusal = RefusedByServerError(500)  # which servers send then
                refusal.add_note(
                    "the app returned without accepting the connection and without closing it"
                )
                raise refusal
        await accepted
        if hello:
            await client.say_hello()
        yield client
    finally:
        accepted.cancel()
        client.vanish()
        async with asyncio.timeout(_END):
            await task


def _scope(
    path: str,
    headers: Mapping[str, str],
    cookies: Mapping[str, str],
    query: Mapping[str, str],
    subprotocols: Sequence[str],
) -> MutableMapping[str, Any]:
    raw = {"host": "testserver", **{name.lower(): value for name, value in headers.items()}}
    if cookies:
        raw["cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return {
        "type": "websocket",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "scheme": "ws",
        "server": ("testserver", 80),
        "client": ("testclient", 50000),
        "root_path": "",
        "path": path,
        "raw_path": path.encode(),
        "query_string": urlencode(query).encode(),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in raw.items()],
        "subprotocols": list(subprotocols),
        "state": {},
        "extensions": {"websocket.http.response": {}},
    }
