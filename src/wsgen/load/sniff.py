"""Whether a Python file may declare routers: a look at its bytes, no parsing."""

import re

_ROUTER = re.compile(rb"\bWsRouter\b")
_ALIAS = re.compile(rb"\bTypeAlias\b|\btype[ \t\\]")


def declares_routers(text: bytes) -> bool:
    """Return whether the Python source `text` may hold a WsRouter alias.

    Never False for a file with such an alias that is written in one piece; True for some files without.
    """
    return _ROUTER.search(text) is not None and _ALIAS.search(text) is not None
