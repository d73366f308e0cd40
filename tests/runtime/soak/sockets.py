"""The client's side of the soak: plain sockets, so that a thousand clients cost little.

Run as a process of its own, it reads one command a line from stdin and answers each with a line of JSON.
"""

import base64
import contextlib
import json
import os
import random
import re
import selectors
import socket
import struct
import sys
import time
from collections.abc import Iterator
from threading import Thread

_TIMESTAMP = re.compile(rb'"payload":([0-9.e+-]+)\},"seq":(\d+)\}')


def connect(port: int) -> socket.socket:
    """Return a socket on which the WebSocket handshake is done."""
    sock = socket.create_connection(("127.0.0.1", port), timeout=30)
    key = base64.b64encode(os.urandom(16)).decode()
    sock.sendall(
        f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += sock.recv(4096)
    return sock


def send(sock: socket.socket, frame: object) -> None:
    """Send `frame` as a masked text frame."""
    text = json.dumps(frame).encode()
    size = bytes([0x80 | len(text)]) if len(text) < 126 else struct.pack("!BH", 0xFE, len(text))
    sock.sendall(b"\x81" + size + b"\0\0\0\0" + text)


def subscribe(sock: socket.socket, route: str) -> None:
    """Subscribe and wait for the answer."""
    send(sock, {"type": f"{route}.subscribe", "payload": {"symbol": "all"}, "id": 1})
    answer = b""
    while b'"id":1' not in answer:
        answer += sock.recv(4096)


def latencies(readers: list[socket.socket], updates: int) -> list[float]:
    """Read `updates` updates on each socket and return the seconds each took from publication to here."""
    selector = selectors.DefaultSelector()
    rest = dict.fromkeys(readers, b"")
    sockets = {sock.fileno(): sock for sock in readers}
    for sock in readers:
        sock.setblocking(False)
        selector.register(sock, selectors.EVENT_READ)
    found: list[float] = []
    while len(found) < updates * len(readers):
        for key, _ in selector.select():
            sock = sockets[key.fd]
            received = sock.recv(1 << 16)
            if not received:
                raise ConnectionError("the server has closed a connection")
            data = rest[sock] + received
            now = time.monotonic()
            end = 0
            for match in _TIMESTAMP.finditer(data):
                found.append(now - float(match[1]))
                end = match.end()
            rest[sock] = data[end:]
    return found


def read_all(sock: socket.socket) -> None:
    """Read until the connection ends, whatever comes."""
    with contextlib.suppress(OSError):
        while sock.recv(1 << 16):
            pass


def churn(port: int, clients: int, seconds: float, seed: int) -> int:
    """Keep `clients` clients that come, subscribe at random and go; return how many there were.

    Of those that go, a third vanish: their connection is reset, without a close frame.
    """
    dice = random.Random(seed)
    connected: list[socket.socket] = []
    total = 0
    while len(connected) < clients:
        connected.append(connect(port))
        total += 1
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if len(connected) < clients:
            connected.append(connect(port))
            total += 1
            for _ in range(dice.randrange(4)):
                payload = {"symbol": f"S{dice.randrange(200)}"}
                kind = dice.choice(["times.subscribe", "times.subscribe", "times.unsubscribe"])
                send(connected[-1], {"type": kind, "payload": payload})
        if len(connected) == clients or dice.random() < 0.2:
            leave(connected.pop(dice.randrange(len(connected))), vanish=dice.randrange(3) == 0)
    for sock in connected:
        leave(sock, vanish=dice.randrange(3) == 0)
    return total


def leave(sock: socket.socket, *, vanish: bool) -> None:
    """Close the connection, politely or with a reset."""
    if vanish:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # Whoever reads it in another thread holds it open otherwise.
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RD)
    else:
        sock.sendall(b"\x88\x82\0\0\0\0" + struct.pack("!H", 1000))
    sock.close()


def answers(lines: Iterator[str]) -> Iterator[object]:
    """Yield the answer to each command."""
    readers: list[socket.socket] = []
    guest: socket.socket | None = None
    for line in lines:
        match json.loads(line):
            case ["connect", int(port), int(count)]:
                readers = [connect(port) for _ in range(count)]
                for sock in readers:
                    subscribe(sock, "times")
                yield count
            case ["meet", int(port), bool(reads)]:
                guest = connect(port)
                subscribe(guest, "times")
                subscribe(guest, "blobs")
                if reads:
                    Thread(target=read_all, args=(guest,), daemon=True).start()
                yield 1
            case ["part"]:
                if guest is not None:
                    leave(guest, vanish=True)
                guest = None
                yield 0
            case ["latencies", int(updates)]:
                yield sorted(latencies(readers, updates))
            case ["leave"]:
                for sock in readers:
                    leave(sock, vanish=True)
                readers = []
                yield 0
            case ["churn", int(port), int(clients), float(seconds), int(seed)]:
                yield churn(port, clients, seconds, seed)


if __name__ == "__main__":
    for answer in answers(iter(sys.stdin.readline, "")):
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
