"""The ids of frames: which are valid, and how to find one in a text that is not parsed."""

import re

from pydantic_core import from_json

from wsgen_runtime.protocol.events import FrameId
from wsgen_runtime.protocol.payloads import ErrorDetail

_LONGEST_ID = 256
_LARGEST_ID = 2**63
_EDGE = 1_024  # characters at either end of a text that are searched

_ID = r'"id"\s*:\s*("(?:[^"\\]|\\.)*"|-?\d{1,19})\s*'
# What may stand before the id at the beginning of a frame, and after it at the end, has no braces, or one pair.
_MEMBER = r'"(?:type|key|since)"\s*:\s*(?:"[^"\\]*"|\{[^{}]*\})\s*'
_FIRST = re.compile(rf"\s*\{{\s*(?:{_MEMBER},\s*){{0,3}}{_ID}[,}}]")
_LAST = re.compile(rf"{_ID}(?:,\s*{_MEMBER}){{0,3}}\}}\s*\Z")


def read_id(value: object) -> FrameId | ErrorDetail:
    """Return the id of a frame, or its error. Its size is limited, since it is kept until the answer."""
    if isinstance(value, str):
        if len(value) <= _LONGEST_ID:
            return value
        wrong = f"Must be a string of at most {_LONGEST_ID} characters"
    elif isinstance(value, int) and not isinstance(value, bool):
        if -_LARGEST_ID <= value < _LARGEST_ID:
            return value
        wrong = "Must be an integer of at most 64 bits"
    elif value is None:
        return None
    else:
        wrong = "Must be a string or an integer"
    return ErrorDetail(loc=("id",), message=wrong, type="id_type")


def find_id(text: str) -> FrameId:
    """Return the id that the frame `text` has at its beginning or its end, or None, without parsing all of it."""
    found = _FIRST.match(text[:_EDGE]) or _LAST.search(text[-_EDGE:])
    if found is None:
        return None
    try:
        identity = read_id(from_json(found[1]))
    except ValueError:  # an escape that JSON does not have
        return None
    return None if isinstance(identity, ErrorDetail) else identity
