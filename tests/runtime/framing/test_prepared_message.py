"""The frames of a prepared message are those that a client decodes."""

import random
import zlib
from contextlib import nullcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from wsgen_runtime.framing.prepared_message import PreparedMessage


def decoded(frame: bytes, window: int = 12) -> str:
    reader = StreamReader()
    reader.feed_data(frame)
    parsing = Frame.parse(
        reader.read_exact,
        mask=False,
        max_size=None,
        extensions=[PerMessageDeflate(True, True, window, window)],
    )
    with pytest.raises(StopIteration) as parsed:
        next(parsing)
    message = parsed.value.value
    assert message.opcode is Opcode.TEXT
    assert message.fin
    assert not list(reader.buffer)
    return bytes(message.data).decode()


@given(st.text())
def test_both_frames_have_the_text(text: str) -> None:
    message = PreparedMessage(text)
    assert decoded(message.plain) == text
    assert decoded(message.deflate()) == text
    assert message.deflated == message.deflate()


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65535, 65536, 300_000])
def test_every_length_of_a_frame(size: int) -> None:
    noise = random.Random(size)
    text = "".join(noise.choices("0123456789", k=size))
    message = PreparedMessage(text)
    assert decoded(message.plain) == text
    assert decoded(message.deflate()) == text
    assert len(message.deflated) <= len(message.plain)


def test_what_does_not_gain_is_not_compressed() -> None:
    assert PreparedMessage("short").deflate() == PreparedMessage("short").plain


@pytest.mark.parametrize(("window", "fits"), [(12, True), (11, False)])
def test_a_window_of_12_bits_is_needed_and_enough(window: int, fits: bool) -> None:
    text = "".join(random.Random(1).choices("0123456789", k=3000)) * 2
    frame = PreparedMessage(text).deflate()
    # What is asked for byte by byte can only be found in the window.
    decompressor = zlib.decompressobj(wbits=-window)
    rest, read = frame[4:] + b"\x00\x00\xff\xff", b""
    with nullcontext() if fits else pytest.raises(zlib.error, match="too far back"):
        while rest and (byte := decompressor.decompress(rest, 1)):
            rest, read = decompressor.unconsumed_tail, read + byte
    assert (read.decode() == text) is fits


def test_a_text_that_has_no_utf_8_is_an_error() -> None:
    with pytest.raises(UnicodeEncodeError):
        PreparedMessage("\ud800")
