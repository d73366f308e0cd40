"""The table of diagnostic codes: what each means and what to do, for `wsgen explain`.

1xx ws.yaml, 2xx ws.py, 3xx types, 4xx generation and files, 5xx quality, 6xx AsyncAPI, 9xx configuration.
A code is never used for anything else once released.
"""

from typing import NamedTuple


class Code(NamedTuple):
    """One kind of finding: a short title, why it matters, and what to do about it."""

    title: str
    why: str
    fix: str


_YAML = {
    "WSG100": Code(
        "not valid YAML",
        "The file cannot be read as YAML, so none of its routers is known.",
        "Correct the syntax at the place shown. Indent with spaces, quote strings that hold `: ` or `#`.",
    ),
}

_PYTHON: dict[str, Code] = {}

_TYPES: dict[str, Code] = {}

_FILES: dict[str, Code] = {}

_QUALITY: dict[str, Code] = {}

_ASYNCAPI: dict[str, Code] = {}

_CONFIGURATION: dict[str, Code] = {}

CODES: dict[str, Code] = {
    **_YAML,
    **_PYTHON,
    **_TYPES,
    **_FILES,
    **_QUALITY,
    **_ASYNCAPI,
    **_CONFIGURATION,
}
