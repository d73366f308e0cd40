"""Whether this process is one of several that a server has started, as far as a process can see that."""

import inspect
from types import FrameType

# The module in which a server's worker begins: there, a local name and its attribute that hold their number.
_BEGINNINGS = {
    "gunicorn.arbiter": ("self", "num_workers"),
    "hypercorn.asyncio.run": ("config", "workers"),
    "uvicorn._subprocess": ("config", "workers"),
    "granian.server.mp": ("worker_id", "real"),  # the third of at least three
}


def count_workers() -> int:
    """Return how many workers the server that called this has at least; 1 where nothing says so.

    A server may be configured in many places; what it has made of them stands in the frame in which the worker
    began, below all others.
    """
    frame = inspect.currentframe()
    while frame is not None:
        name, attribute = _BEGINNINGS.get(str(frame.f_globals.get("__name__")), ("", ""))
        if name in frame.f_locals:
            return _number(frame, name, attribute)
        frame = frame.f_back
    return 1


def _number(frame: FrameType, name: str, attribute: str) -> int:
    holder = frame.f_locals[name]
    count = getattr(holder, attribute, 1)
    reloads = getattr(
        holder, "should_reload", False
    )  # then uvicorn starts one worker whatever it is told
    return count if isinstance(count, int) and not reloads else 1
