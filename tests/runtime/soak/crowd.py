"""The clients of the churn, which connect, subscribe at random, read updates and leave."""

import random
import selectors
import socket
import time

from jsonschema import ValidationError
from tests.runtime.documented import reader_of
from tests.runtime.services import Recorder
from tests.runtime.soak.plain import PING, TEXT, answer_ping, connect, frames_of, leave, send
from tests.runtime.soak.routes import routers

SAMPLE = 20
"""One of this many updates is checked against the document, since checking takes longer than sending."""


class Churn:
    """Keeps a number of clients connected; of those that leave, a third vanish without a close frame."""

    def __init__(self, port: int, seed: int) -> None:
        self._port = port
        self._dice = random.Random(seed)
        self._read = reader_of(routers(Recorder()))
        self._selector = selectors.DefaultSelector()
        self._buffers: dict[socket.socket, bytearray] = {}
        self._connected: list[socket.socket] = []
        self.clients = self.frames = self.validated = self.closed = 0
        self.wrong = ""

    def run(self, clients: int, seconds: float) -> dict[str, object]:
        """Return the numbers of clients and frames, and the first error in a frame."""
        while len(self._connected) < clients:
            self.come()
            self.read()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if len(self._connected) < clients:
                self.come()
            if len(self._connected) >= clients or self._dice.random() < 0.2:
                self.go()
            self.read()
        while self._connected:
            self.go()
        return {
            "clients": self.clients,
            "frames": self.frames,
            "validated": self.validated,
            "closed": self.closed,
            "wrong": self.wrong,
        }

    def come(self) -> None:
        sock = connect(self._port)
        self._connected.append(sock)
        self._buffers[sock] = bytearray()
        self._selector.register(sock, selectors.EVENT_READ)
        self.clients += 1
        for _ in range(self._dice.randrange(4)):
            payload = {"symbol": f"S{self._dice.randrange(200)}"}
            kind = self._dice.choice(["times.subscribe", "times.subscribe", "times.unsubscribe"])
            send(sock, {"type": kind, "payload": payload})

    def go(self) -> None:
        sock = self._connected.pop(self._dice.randrange(len(self._connected)))
        if sock in self._selector.get_map():
            self._selector.unregister(sock)
        del self._buffers[sock]
        leave(sock, vanish=self._dice.randrange(3) == 0)

    def read(self) -> None:
        """Read and check the available frames."""
        for key, _ in self._selector.select(0):
            sock = key.fileobj
            assert isinstance(sock, socket.socket)
            received = sock.recv(1 << 16)
            self._buffers[sock] += received
            ended = not received
            for first, payload in frames_of(self._buffers[sock]):
                if first == TEXT:
                    self.check(payload)
                elif first == PING:
                    answer_ping(sock, payload)
                else:
                    ended = True
            if ended:
                self.closed += 1
                self._selector.unregister(sock)

    def check(self, text: bytes) -> None:
        self.frames += 1
        if self.frames % SAMPLE and b'.update"' in text[:30]:
            return
        self.validated += 1
        try:
            self._read(text)
        except (KeyError, ValidationError) as error:
            self.wrong = self.wrong or f"{error!r}: {text.decode()}"
