"""Sends raw bytes on a connection: invalid WebSocket frames, and frames that clients may not send."""

import asyncio
import base64
import contextlib
import random
import struct
from collections.abc import Iterable, Iterator

_MASK = b"\x01\x02\x03\x04"


def frame(first: int, payload: bytes = b"", *, masked: bool = True) -> bytes:
    """Return a frame whose first byte is `first`."""
    size, bit = len(payload), 0x80 if masked else 0
    length = bytes([bit | size]) if size < 126 else struct.pack("!BH", bit | 126, size)
    if masked:
        payload = _MASK + bytes(byte ^ _MASK[i % 4] for i, byte in enumerate(payload))
    return bytes([first]) + length + payload


def endless(chunk: bytes, total: int) -> Iterator[bytes]:
    """Yield a message in fragments of `chunk` that does not end before `total` bytes."""
    yield frame(0x01, chunk)
    fragment = frame(0x00, chunk)
    for _ in range(total // len(chunk)):
        yield fragment


ATTACKS: dict[str, Iterable[bytes]] = {
    "an opcode that is reserved": [frame(0x83, b"x")],
    "a control opcode that is reserved": [frame(0x8B)],
    "not masked": [frame(0x81, b'{"type":"ping"}', masked=False)],
    "reserved bits": [frame(0xF1, b"{}")],
    "compressed, which was not agreed": [frame(0xC1, b"\xff\xff\xff")],
    "a control frame in fragments": [frame(0x09), frame(0x80)],
    "a long control frame": [frame(0x89, b"x" * 126)],
    "a continuation of nothing": [frame(0x80, b"x")],
    "a message within a message": [frame(0x01, b"{"), frame(0x01, b"{")],
    "no UTF-8": [frame(0x81, b"\xff\xfe")],
    "UTF-8 cut in fragments": [frame(0x01, "é".encode()[:1]), frame(0x80, b"x")],
    "a close frame of one byte": [frame(0x88, b"x")],
    "a close code that nobody may send": [frame(0x88, struct.pack("!H", 1005))],
    "a close reason that is not UTF-8": [frame(0x88, struct.pack("!H", 1000) + b"\xff")],
    "frames after the close frame": [frame(0x88, struct.pack("!H", 1000)), frame(0x81, b"{}")],
    "a length of 2**64 - 1": [b"\x81\xff" + b"\xff" * 8 + _MASK + b"x"],
    "a length written too long": [b"\x81\xfe\x00\x01" + _MASK + b"x"],
    "half a head": [b"\x81"],
    "half a frame": [frame(0x81, b"x" * 100)[:50]],
    "a frame too large": [b"\x81\xff" + struct.pack("!Q", 1 << 30) + _MASK, b"x" * 65_536],
    "many empty fragments": [frame(0x01), *[frame(0x00)] * 2_000],
    "pings without end": [frame(0x89, b"x")] * 2_000,
}


def random_bytes(count: int, seed: int) -> dict[str, Iterable[bytes]]:
    """Return `count` attacks: random bytes, with or without a valid frame header."""
    dice = random.Random(seed)
    found: dict[str, Iterable[bytes]] = {}
    for number in range(count):
        noise = dice.randbytes(dice.randrange(1, 200))
        head = bytes([dice.choice([0x81, 0x82, 0x01, 0x80, 0x88]), 0x80 | dice.randrange(126)])
        found[f"noise {number} of {seed}"] = [dice.choice([b"", head]) + noise]
    return found


async def attack(host: str, chunks: Iterable[bytes]) -> bytes:
    """Connect to `host`, send `chunks`, and return the answer when either end has closed the connection."""
    reader, writer = await asyncio.open_connection(*host.split(":"))
    key = base64.b64encode(b"0123456789abcdef").decode()
    writer.write(
        f"GET / HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    answer = b""
    with contextlib.suppress(ConnectionError):
        await reader.readuntil(b"\r\n\r\n")
        for chunk in chunks:
            writer.write(chunk)
            await writer.drain()
        # A server that waits for the rest of a frame does not answer: the end of the sending half makes it close.
        writer.write_eof()
        answer = await reader.read()
    writer.transport.abort()
    return answer
