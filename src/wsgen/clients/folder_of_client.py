"""Tell whether the folder of a client is that of something else, which the client would hide or replace."""

from pathlib import Path

from wsgen.diagnostics import Diagnostic, Span
from wsgen.discovery.walk import walk
from wsgen.errors import refuse
from wsgen.manifest import read_manifest
from wsgen.source import PYTHON_NAME, YAML_NAMES

_SOURCES = (*YAML_NAMES, PYTHON_NAME)
_FOLDERS = 10_000
"""How many folders are searched: of a front end, or what somebody has named in error."""


def check_folder(output: Path) -> None:
    """Raise GenerationError if `output` is a package of routers, or holds sources.

    Below a folder with a manifest no source is found, so that a client among sources would end their modules.
    """
    manifest = read_manifest(output)
    if manifest is not None:
        if manifest.package:
            raise refuse(_taken("is a package that wsgen generates", output))
        return
    for folder in walk(output, _FOLDERS).folders:
        for name in _SOURCES:
            if (folder / name).is_file():
                source = folder / name
                what = f"holds a source, {source.relative_to(output).as_posix()}"
                raise refuse(_taken(what, source))


def _taken(what: str, place: Path) -> Diagnostic:
    message = f"the folder of the client {what}"
    help_text = "Name a folder that only the client is in, such as `web/src/feed`."
    return Diagnostic("WSG705", message, Span(place), help=help_text)
