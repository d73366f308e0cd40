"""Show paths and texts in reports."""

import os
from pathlib import Path

from wsgen.diagnostics import Diagnostic


def display_path(path: Path, base: Path | None = None) -> str:
    """Return `path` with forward slashes, relative to `base` or the working directory if it is below that.

    A URL, in which paths keep only one slash of two, is shown with both.
    """
    if path.parts[:1] in (("http:",), ("https:",)):
        return path.as_posix().replace(":/", "://", 1)
    try:
        # A path from the command line may contain `..`. Links are shown as they are.
        absolute = path if base is None else Path(os.path.abspath(path))  # noqa: PTH100 - not resolve()
        return absolute.relative_to(base or Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def printable(text: str) -> str:
    """Return `text` with control characters, invisible characters and line ends escaped."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def text_of(item: Diagnostic) -> str:
    """Return the message, output and help of `item`, each line of them printable."""
    text = "\n".join(part for part in (item.message, item.output, item.help) if part)
    return "\n".join(printable(line.removesuffix("\r")) for line in text.split("\n"))


def inert(line: str) -> str:
    """Return `line` with everything escaped that GitHub's runner takes for a command: `::name::`, `##[name]`."""
    if line.lstrip().startswith("::"):
        line = line.replace("::", ":\\x3a", 1)
    return line.replace("##[", "#\\x23[")
