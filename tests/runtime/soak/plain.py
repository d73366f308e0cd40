"""Plain WebSocket clients on a socket each, of which a thousand cost little."""

import base64
import contextlib
import json
import os
import socket
import struct
from collections.abc import Iterator

TEXT, CLOSE, PING, PONG = 0x81, 0x88, 0x89, 0x8A


def connect(port: int, *, deflate: bool = False) -> socket.socket:
    """Return a socket on which the WebSocket handshake is done; with `deflate` it offers compression."""
    sock = socket.create_connection(("127.0.0.1", port), timeout=30)
    extension = "Sec-WebSocket-Extensions: permessage-deflate\r\n" if deflate else ""
    key = base64.b64encode(os.urandom(16)).decode()
    sock.sendall(
        f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n{extension}\r\n".encode()
    )
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += sock.recv(4096)
    return sock


def send(sock: socket.socket, frame: object) -> None:
    """Send `frame` as JSON."""
    _send(sock, TEXT, json.dumps(frame).encode())


def answer_ping(sock: socket.socket, payload: bytes) -> None:
    """Tell the server that this client is there."""
    _send(sock, PONG, payload)


def frame_of(first: int, payload: bytes) -> bytes:
    """Return one frame, masked with zeros."""
    length = len(payload)
    if length < 126:
        size = bytes([0x80 | length])
    elif length < 1 << 16:
        size = struct.pack("!BH", 0xFE, length)
    else:
        size = struct.pack("!BQ", 0xFF, length)
    return bytes([first]) + size + b"\0\0\0\0" + payload


def _send(sock: socket.socket, first: int, payload: bytes) -> None:
    sock.sendall(frame_of(first, payload))


def frames_of(data: bytearray) -> Iterator[tuple[int, bytes]]:
    """Take the whole frames off the front of `data`, each as its first byte and its payload."""
    start = 0
    while len(data) >= start + 2:
        first, size = data[start], data[start + 1]
        head = start + {126: 4, 127: 10}.get(size, 2)
        if size >= 126:
            size = int.from_bytes(data[start + 2 : head], "big")
        if len(data) < head + size:
            break
        yield first, bytes(data[head : head + size])
        start = head + size
    del data[:start]


def leave(sock: socket.socket, *, vanish: bool) -> None:
    """Close the connection with a close frame or a reset."""
    if vanish:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        # Otherwise, a thread that reads from it keeps it open.
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RD)
    else:
        _send(sock, CLOSE, struct.pack("!H", 1000))
    sock.close()
