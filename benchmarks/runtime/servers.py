"""The servers that are measured: which program, what runs it, and what its clients agree on with it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

PREPARED_WS = "wsgen_runtime.uvicorn:Protocol"
BROWSER = "permessage-deflate; client_max_window_bits"
"""What Chromium and Firefox offer, so that uvicorn compresses for each of their connections."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server: `program` is its module, `environment` that of its packages, if it has one of its own.

    `ws` and `loop` are those of uvicorn, and those of the run if empty. `updates` is what is published in one
    measurement: slower servers get fewer, so that all are measured for about the same time.
    """

    program: str
    label: str
    environment: str = ""
    host: str = "uvicorn"
    ws: str = ""
    loop: str = ""
    offer: str = ""
    """The extensions that its clients offer."""
    certificates: Path | None = None
    """The folder with the certificate and the key of a server with TLS."""
    updates: int = 30

    def described(self) -> str:
        """Return the label, with what its connections differ in."""
        details = [self.loop, "deflate" if self.offer else "", "TLS" if self.certificates else ""]
        return ", ".join([self.label, *filter(None, details)])


def deflated(server: Server) -> Server:
    """Return `server` with clients that offer permessage-deflate as browsers do."""
    return replace(server, offer=BROWSER)


def on_uvloop(server: Server) -> Server:
    """Return `server` on the event loop uvloop."""
    return replace(server, loop="uvloop")


def unchanged(server: Server) -> Server:
    """Return `server`."""
    return server


Variant = Callable[[Server], Server]

BARE = Server("bare", "bare loop of ASGI sends")
OURS = Server("wsgen", "wsgen, mounted in FastAPI")
ALONE = Server("wsgen_alone", "wsgen")
PREPARED = Server("wsgen", "wsgen, mounted, prepared messages", ws=PREPARED_WS)
WRAPPED = Server("wsgen_wrapped", "wsgen, mounted, in a middleware that wraps send")
BY_REDIS = Server("wsgen_redis", "wsgen, by Redis")
HISTORY = Server("wsgen_history", "wsgen, with a history")
SNAPSHOT = Server("wsgen_snapshot", "wsgen, with a snapshot")
INTERVAL = Server("wsgen_interval", "wsgen, with an interval of 0.1 s")
TASKS = Server("tasks", "a task for each send")
WRITERS = Server("writers", "a queue and a writer for each client")
FASTWS = Server("fastws", "FastWS 0.1.7", "fastws", updates=10)
FASTWS_ON_OURS = Server("fastws", "FastWS 0.1.7, by our protocol", "fastws", ws=PREPARED_WS)
CHANX = Server("chanx", "chanx 2.13.0", "chanx", updates=2)
GRANIAN = Server("bare", "bare loop of ASGI sends under granian", "granian", "granian")
SOCKETIFY = Server("socketify", "socketify (uWebSockets), own publish", "socketify", "socketify")
