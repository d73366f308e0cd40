"""Finds the sockets to which what is written can be written directly, past their transport."""

import asyncio
import sys

# The transports that write to their socket what they are given, as it is. Others encrypt, or are not known.
_PLAIN = {
    ("asyncio.selector_events", "_SelectorSocketTransport"),
    ("uvloop.loop", "TCPTransport"),
    ("uvloop.loop", "UnixTransport"),
}


def descriptor_of(transport: asyncio.BaseTransport) -> int | None:
    """Return the descriptor of the socket of `transport`, or None if all must go through the transport.

    It is valid while the transport is not closing, and to be used only while the transport has nothing to write.
    """
    kind = type(transport)
    # On Windows, a socket is not a file.
    if sys.platform == "win32" or (kind.__module__, kind.__name__) not in _PLAIN:
        return None
    descriptor: int = transport.get_extra_info("socket").fileno()
    return descriptor
