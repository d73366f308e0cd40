"""Measures the memory of a server under each kind of attack by hostile clients."""

import contextlib
import json
import os
import re
import socket
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, Popen

from tests.runtime.services import Recorder
from tests.runtime.soak.plain import PING, TEXT, connect, frame_of
from tests.runtime.soak.progress import report
from tests.runtime.soak.routes import times_app

from wsgen_runtime import Limits, WsApp

CLIENTS = 10
LARGEST = 64 * 1024
DEFLATED = 0xC1  # a whole text frame, compressed
BOUND = 10.0
"""MiB for each client that no attack may exceed, with the settings of docs/how-to/unknown-clients.md."""
RECOMMENDED = ("--ws-max-size", str(LARGEST), "--ws-per-message-deflate", "false")
WITH_DEFLATE = ("--ws-max-size", str(LARGEST), "--ws-per-message-deflate", "true")
UNBOUNDED = ("--ws-per-message-deflate", "true")  # uvicorn's own defaults

Attack = Callable[[socket.socket, float], None]


def app() -> WsApp:
    """Return the app under attack, which has the default limits."""
    return times_app(Recorder(), Limits())


async def memory(seconds: float) -> bool:
    """Measure what each attack costs the server a client, and compare with the bound."""
    fine = True
    for name, attack, options, bounded in ATTACKS:
        cost = measure(attack, options, min(seconds / 12, 10.0))
        fine = fine and (cost <= BOUND or not bounded)
        report(f"memory: {name}: {cost:.1f} MiB a client")
    return fine


def measure(attack: Attack, options: tuple[str, ...], seconds: float) -> float:
    """Return the growth of the peak memory of the server in MiB for each attacking client."""
    with served(options) as (process, port):
        warm(port)
        before = resident(process, "VmRSS")
        Path(f"/proc/{process.pid}/clear_refs").write_text("5", encoding="ascii")  # the peak
        clients = [connect(port, deflate=options is not RECOMMENDED) for _ in range(CLIENTS)]
        threads = [
            threading.Thread(target=_until_closed, args=(attack, client, seconds), daemon=True)
            for client in clients
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(seconds + 30)
        peak = resident(process, "VmHWM")
        for client in clients:
            client.close()
    return (peak - before) / CLIENTS


def _until_closed(attack: Attack, client: socket.socket, seconds: float) -> None:
    client.settimeout(seconds)
    with contextlib.suppress(OSError):  # closed by the server, or it reads no more
        attack(client, time.monotonic() + seconds)


# -- attacks: each sends until the moment given, and reads nothing unless it says so


def zeros(size: int) -> Attack:
    """Return an attack by messages that are small on the wire and have `size` bytes once inflated."""
    compressor = zlib.compressobj(9, wbits=-15)
    text = b" " * size
    message = (compressor.compress(text) + compressor.flush(zlib.Z_SYNC_FLUSH))[:-4]
    burst = frame_of(DEFLATED, message) * max(1, (256 * 1024) // len(message))

    def attack(client: socket.socket, until: float) -> None:
        while time.monotonic() < until:
            client.sendall(burst)

    return attack


def large_frames(client: socket.socket, until: float) -> None:
    """Send the largest messages that are read, uncompressed."""
    frame = frame_of(TEXT, b" " * LARGEST)
    while time.monotonic() < until:
        client.sendall(frame * 4)


def long_topics(client: socket.socket, until: float) -> None:
    """Subscribe to as many topics with as long names as the limits allow; read the answers."""
    _, port = client.getsockname()
    for number in range(256):
        symbol = f"{port}-{number:03}" + "é" * 660  # of which each letter has six bytes in the name
        payload = {"type": "times.subscribe", "payload": {"symbol": symbol}}
        client.sendall(frame_of(TEXT, json.dumps(payload, ensure_ascii=False).encode()))
        client.recv(1 << 20)
    time.sleep(max(0.0, min(1.0, until - time.monotonic())))


def unread_answers(client: socket.socket, until: float) -> None:
    """Ask again and again, as fast as is allowed, and read no answer."""
    client.sendall(frame_of(TEXT, b'{"type":"ping"}') * 1_000)
    while time.monotonic() < until:
        client.sendall(frame_of(TEXT, b'{"type":"ping"}'))
        time.sleep(0.01)


def long_ids(client: socket.socket, until: float) -> None:
    """Ask for one topic with ids as long as are allowed, and read no answer."""
    asked = {"type": "times.subscribe", "payload": {"symbol": "x"}, "id": "x" * 256}
    client.sendall(frame_of(TEXT, json.dumps(asked).encode()) * 1_000)
    time.sleep(max(0.0, min(1.0, until - time.monotonic())))


def unread_pongs(client: socket.socket, until: float) -> None:
    """Send ping frames of the WebSocket protocol, which the server answers without the app; read no pong."""
    burst = frame_of(PING, b"x" * 125) * 1_000
    while time.monotonic() < until:
        client.sendall(burst)


ATTACKS: tuple[tuple[str, Attack, tuple[str, ...], bool], ...] = (
    ("messages of 64 KiB, as recommended", large_frames, RECOMMENDED, True),
    ("the longest topics, as recommended", long_topics, RECOMMENDED, True),
    ("answers that are not read, as recommended", unread_answers, RECOMMENDED, True),
    ("long ids, as recommended", long_ids, RECOMMENDED, True),
    ("pings whose pongs are not read, as recommended", unread_pongs, RECOMMENDED, False),
    ("zeros, deflated, at most 64 KiB inflated", zeros(LARGEST - 1), WITH_DEFLATE, False),
    ("zeros, deflated, uvicorn's defaults", zeros((16 << 20) - 1), UNBOUNDED, False),
)


# -- the server


@contextmanager
def served(
    options: tuple[str, ...], factory: str = f"{__name__}:app"
) -> Iterator[tuple[Popen[bytes], int]]:
    """Serve an app in a process of its own and yield it with its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "--factory", factory]
    command += ["--port", str(port), "--log-level", "critical", *options]
    process = Popen(
        command, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, stdout=DEVNULL
    )
    try:
        for _ in range(200):
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            time.sleep(0.05)
        yield process, port
    finally:
        process.kill()
        process.wait()


def warm(port: int) -> None:
    """Let a client come and go, so that what is allocated once is not counted."""
    client = connect(port)
    asked = {"type": "times.subscribe", "payload": {"symbol": "x"}}
    client.sendall(frame_of(TEXT, json.dumps(asked).encode()))
    client.recv(4096)
    client.close()


def resident(process: Popen[bytes], what: str) -> float:
    """Return the resident memory of a process in MiB: `VmRSS` as it is, or its peak, `VmHWM`."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    found = re.search(rf"^{what}:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0
