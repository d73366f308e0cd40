"""Which file calls wsgen: the project that an app start is about is that of its own code."""

import sys
from pathlib import Path


def calling_file() -> Path | None:
    """Return the file of the nearest caller outside of wsgen; None if it is no file."""
    frame = sys._getframe(1)  # noqa: SLF001  the public way, inspect.stack(), reads every source file
    while frame.f_back is not None and _is_ours(frame.f_globals.get("__name__", "")):
        frame = frame.f_back
    file = Path(frame.f_code.co_filename)
    return file.absolute() if file.is_file() else None


def _is_ours(name: object) -> bool:
    return isinstance(name, str) and (name == "wsgen" or name.startswith("wsgen."))
