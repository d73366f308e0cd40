"""A text message that is encoded, framed and compressed once, for all connections of a server."""

import struct
import zlib

WINDOW_BITS = 12  # as uvicorn negotiates; a connection with a smaller window gets the plain frame
MEMORY_LEVEL = 5
_TEXT, _COMPRESSED_TEXT = (
    0x81,
    0xC1,
)  # the first byte of a message in one frame; the second sets RSV1
_EMPTY_BLOCK = b"\x00\x00\xff\xff"


class PreparedMessage:
    """The frames of one text message, which a server sends without a mask."""

    __slots__ = ("_payload", "deflated", "plain")

    def __init__(self, text: str) -> None:
        self._payload = text.encode()
        self.plain = _frame(_TEXT, self._payload)
        self.deflated = b""
        """What `deflate` returned, or nothing if it was not called yet."""

    def deflate(self) -> bytes:
        """Return and keep the frame for permessage-deflate: compressed, or plain if that is not longer.

        It depends on no other message, as a connection without context takeover needs it.
        """
        compressor = zlib.compressobj(wbits=-WINDOW_BITS, memLevel=MEMORY_LEVEL)
        data = compressor.compress(self._payload) + compressor.flush(zlib.Z_SYNC_FLUSH)
        frame = _frame(_COMPRESSED_TEXT, data.removesuffix(_EMPTY_BLOCK))
        self.deflated = frame if len(frame) < len(self.plain) else self.plain
        return self.deflated


def _frame(first: int, payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        return bytes((first, size)) + payload
    if size < 65536:
        return struct.pack("!BBH", first, 126, size) + payload
    return struct.pack("!BBQ", first, 127, size) + payload
