"""The clients of the soak.

As a process of its own, it reads one command a line from stdin, and answers each with a line of JSON.
"""

import contextlib
import json
import re
import selectors
import socket
import sys
import time
from collections.abc import Iterator
from threading import Thread

from tests.runtime.soak.crowd import Churn
from tests.runtime.soak.plain import connect, leave, send

_TIMESTAMP = re.compile(rb'"payload":([0-9.e+-]+)\},"seq":(\d+)\}')


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
    """Read until the connection ends."""
    with contextlib.suppress(OSError):
        while sock.recv(1 << 16):
            pass


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
                yield Churn(port, seed).run(clients, seconds)


if __name__ == "__main__":
    for answer in answers(iter(sys.stdin.readline, "")):
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
