"""The exceptions of wsgen.

    WsgenError                 base: `except WsgenError` catches everything that wsgen raises on purpose
    ├── ConfigError            the project's own settings are wrong (exit 2)
    ├── ToolError              a quality tool is missing, hangs or breaks (exit 2)
    ├── FilesError             files cannot be read, locked or written (exit 2)
    └── GenerationError        a module's routers cannot be generated (exit 1); also a RuntimeError

Mistakes in sources are not exceptions but diagnostics, which are collected and reported together. An exception
has the diagnostics that caused it. Exceptions never print.
"""

from collections.abc import Iterable

from wsgen.diagnostics import Diagnostic, in_order


class WsgenError(Exception):
    """Base of all errors that wsgen raises; `diagnostics` are sorted."""

    def __init__(self, message: str, diagnostics: Iterable[Diagnostic] = ()) -> None:
        super().__init__(message)
        self.diagnostics = in_order(diagnostics)


class ConfigError(WsgenError):
    """Some settings of the project cannot be used; the diagnostics say which and why."""


class ToolError(WsgenError):
    """A quality tool is not installed, does not end, or cannot run at all."""


class FilesError(WsgenError):
    """A file or lock cannot be read, taken or written."""


class GenerationError(WsgenError, RuntimeError):
    """A module's routers could not be generated, or are not current where they must be."""


def refuse(*found: Diagnostic) -> GenerationError:
    """Return the error that reports all of `found`, with the message of the first."""
    return GenerationError(found[0].message, found)
