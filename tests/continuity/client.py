"""The reference client: one connection at a time, which comes back; a topic's rules are in `rules`."""

import asyncio
import contextlib
import itertools
import json
import random
import socket
from collections.abc import Callable

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from tests.continuity.rules import Event, Following, Frame, stamped

Locate = Callable[[], tuple[int, str]]
"""Returns the port to connect to, and the name of the process that serves there."""

_CONNECT, _HELLO, _ANSWER, _PING = 10.0, 5.0, 10.0, 5.0
_RECEIVE_BUFFER = 32 * 1024  # of the socket, so that a client that does not read is soon noticed


class Client:
    """Follows topics through whatever happens to its connection. Its events have the loop's time.

    With `founding` it says no `hello`, like clients of the version before.
    """

    def __init__(self, locate: Locate, chance: random.Random, *, founding: bool = False) -> None:
        self.followings: list[Following] = []
        self.transcripts: list[list[Event]] = []
        self.features: frozenset[str] = frozenset()
        self.wrong: list[str] = []
        """Errors and frames that the protocol does not have."""
        self._locate = locate
        self._founding = founding
        self._chance = chance
        self._ids = itertools.count(1)
        self._socket: ClientConnection | None = None
        self._server = ""
        self._reading = asyncio.Event()
        self._reading.set()
        self._timers: set[asyncio.TimerHandle] = set()
        self._heard = 0.0
        self._drop_at: str | None = None
        self._task: asyncio.Task[None] | None = None

    def follow(self, route: str, request: Frame, *, stateful: bool = False) -> list[Event]:
        """Follow one more topic; return its transcript."""
        transcript: list[Event] = []

        def tell(event: Event) -> None:
            now = asyncio.get_running_loop().time()
            transcript.append(stamped(event, now, self._server, following.asked))

        following = Following(route, request, tell, stateful)
        self.followings.append(following)
        self.transcripts.append(transcript)
        return transcript

    open = True
    whole: tuple[str, ...] = ()

    @property
    def views(self) -> "list[Client]":
        """Itself: it is all that follows its topics."""
        return [self]

    def start(self) -> None:
        """Connect, again and again, unless this was said before."""
        if self._task is not None:
            return
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Disconnect for good."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
            if not self._task.cancelled():
                self._task.result()

    def drop(self, at: str | None = None) -> None:
        """Lose the connection without a word: at once, or at the next frame of which the type ends with `at`."""
        if at is not None:
            self._drop_at = at
        elif self._socket is not None:
            self._socket.transport.abort()

    async def ask_again(self) -> None:
        """Ask for all topics once more, on the same connection."""
        for following in self.followings:
            if following.state == "live":
                with contextlib.suppress(OSError, WebSocketException):
                    await self._ask(following)

    def read(self, reading: bool) -> None:
        """Stop reading from the socket, or go on."""
        (self._reading.set if reading else self._reading.clear)()

    def settle(self) -> None:
        """Read, and keep the connection from now on, whatever was to come."""
        self._drop_at = None
        self.read(True)

    # -- the connection

    async def _run(self) -> None:
        failures = 0
        while True:
            began = asyncio.get_running_loop().time()
            with contextlib.suppress(OSError, WebSocketException, TimeoutError):
                await self._connection()
            lasted = asyncio.get_running_loop().time() - began
            failures = 0 if lasted > 1.0 else failures + 1
            # Backoff with full jitter, in the time scale of a round.
            await asyncio.sleep(self._chance.uniform(0, min(0.05 * 2**failures, 1.0)))

    async def _connection(self) -> None:
        port, server = self._locate()
        raw = socket.socket()
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        raw.setblocking(False)
        try:
            async with asyncio.timeout(_CONNECT):
                await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", port))
                opened = await connect(
                    f"ws://127.0.0.1:{port}/",
                    sock=raw,
                    compression=None,
                    max_queue=1,
                    ping_interval=None,
                    close_timeout=0.01,
                )
        except BaseException:
            raw.close()
            raise
        self._socket, self._server = opened, server
        asking = asyncio.create_task(self._stay_alive(opened))
        try:
            if not self._founding:
                await self._say_hello(opened)
            for following in self.followings:
                if following.state != "ended":
                    await self._ask(following)
            while True:
                text = await opened.recv()
                await self._reading.wait()
                await self._take(json.loads(text))
        finally:
            asking.cancel()
            self._socket = None
            opened.transport.abort()
            for timer in self._timers:
                timer.cancel()
            self._timers.clear()
            for following in self.followings:
                following.lose_connection()

    async def _say_hello(self, opened: ClientConnection) -> None:
        question = next(self._ids)
        hello = {"version": 1, "features": ["positions", "snapshot"], "client": "reference"}
        await self._send({"type": "hello", "payload": hello, "id": question})
        async with asyncio.timeout(_HELLO):
            while True:
                frame = json.loads(await opened.recv())
                if frame["type"] == "hello" and frame["id"] == question:
                    self.features = frozenset(frame["payload"]["features"])
                    return
                if frame["type"] == "error":  # rule 12: a founding server
                    self.features = frozenset()
                    return

    async def _stay_alive(self, opened: ClientConnection) -> None:
        """Ask for a sign of life now and then, and drop a connection that gives none."""
        time = asyncio.get_running_loop().time
        self._heard = time()
        while True:
            await asyncio.sleep(_PING / 2)
            if not self._reading.is_set():
                self._heard = time()
            if time() - self._heard > _PING:
                opened.transport.abort()
            await self._send({"type": "ping"})

    async def _send(self, frame: Frame) -> None:
        if self._socket is not None:
            await self._socket.send(json.dumps(frame))

    # -- questions

    async def _ask(self, following: Following) -> None:
        frame = following.ask(next(self._ids))
        following.asked = asyncio.get_running_loop().time()
        await self._send(frame)
        self._after(_ANSWER, lambda: self._expect(following, frame["id"]))

    def _expect(self, following: Following, question: int) -> None:
        """Drop the connection if a question has no answer in time, unless this client reads nothing."""
        if following.question == question and self._socket is not None and self._reading.is_set():
            self.drop()

    def _ask_later(self, following: Following, seconds: float) -> None:
        self._after(seconds, lambda: asyncio.ensure_future(self._ask_again(following)))

    async def _ask_again(self, following: Following) -> None:
        if following.state == "waiting":
            with contextlib.suppress(OSError, WebSocketException):
                await self._ask(following)

    def _after(self, seconds: float, do: Callable[[], object]) -> None:
        def run() -> None:
            self._timers.discard(timer)
            do()

        timer = asyncio.get_running_loop().call_later(seconds, run)
        self._timers.add(timer)

    # -- frames

    async def _take(self, frame: Frame) -> None:
        self._heard = asyncio.get_running_loop().time()
        kind, payload = frame["type"], frame.get("payload") or {}
        question = frame.get("id")
        verb = kind.rpartition(".")[2]
        if verb == "response" or kind == "error":
            for following in self.followings:
                if question is not None and following.question == question:
                    if verb == "response":
                        following.answer(payload)
                    elif (wait := following.refuse(payload)) is not None:
                        self._ask_later(following, wait)
            if kind == "error":
                self.wrong.append(f"error {payload}") if question is None else None
        elif "." in kind:
            for following in self.followings:
                if following.topic == payload["topic"]:
                    await self._take_for(following, verb, frame, payload)
        elif kind not in {"hello", "pong", "status", "notice"}:
            self.wrong.append(f"unknown frame {kind}")
        if self._drop_at is not None and kind.endswith(self._drop_at):
            self._drop_at = None
            self.drop()
            raise ConnectionAbortedError("dropped by the script")

    async def _take_for(
        self, following: Following, verb: str, frame: Frame, payload: Frame
    ) -> None:
        wait: float | None = None
        if verb == "update":
            if following.update(frame["seq"], payload["payload"]):
                following.at = None
                await self._ask(following)
                following.state = "syncing"  # rule 7: its own next state may come before the answer
        elif verb == "snapshot":
            following.snapshot(payload["epoch"], frame["seq"], payload["payload"])
        elif verb == "reset":
            following.reset(payload)
        elif verb == "unsubscribed":
            wait = following.unsubscribed(payload)
        if wait is not None:
            self._ask_later(following, wait)
