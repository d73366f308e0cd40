"""Find the application of a project by its text, without importing it: where `FastAPI(...)` is assigned."""

import re
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from wsgen.files import bytes_of
from wsgen.scaffold.python_files import import_name, python_files

_MADE = re.compile(
    rb"^([ \t]*)(\w+)[ \t]*(?::[^=\n]+)?=[ \t]*(?:\w+\.)?(FastAPI|Starlette)[ \t]*\(", re.MULTILINE
)
_FUNCTION = re.compile(rb"^(?:async )?def (\w+)[ \t]*\(([^)]*)\)", re.MULTILINE)
_USUAL = ("main.py", "app.py", "__init__.py")


class Application(NamedTuple):
    """An application: its file, its name there, its class, and what a server is given, None if that is not known.

    That is another name, or `create_app --factory`, if a function makes the application; then `indentation` is
    that of the line where it does.
    """

    file: Path
    name: str
    framework: str
    served: str | None
    indentation: str = ""


def find_application(root: Path) -> Application | None:
    """Return the application of the project at `root` that a server most likely runs, None if none is found."""
    found = sorted(_applications(root), key=lambda each: _likely(each, root))
    return found[0] if found else None


def serve_command(application: Application, root: Path, folders: Iterable[Path]) -> str | None:
    """Return the command that serves `application`, None if that is not known."""
    name = import_name(application.file, folders)
    if name is None or application.served is None:
        return None
    folder = application.file.parents[name.count(".") + (application.file.name == "__init__.py")]
    place = folder.relative_to(root).as_posix()
    options = f" --app-dir {shlex.quote(place)}" if place != "." else ""
    return f"uvicorn {name}:{application.served}{options}"


def _applications(root: Path) -> Iterator[Application]:
    for file in python_files(root):
        data = bytes_of(file) or b""
        for made in _MADE.finditer(data):
            name, framework = made[2].decode(), made[3].decode()
            served = _served_by_function(data, made.start()) if made[1] else name
            yield Application(file, name, framework, served, made[1].decode())


def _served_by_function(data: bytes, place: int) -> str | None:
    """Return how a server gets the application that the function around `place` makes."""
    *_, function = (None, *_FUNCTION.finditer(data, 0, place))
    if function is None:
        return None
    calls = rb"^(\w+)[ \t]*(?::[^=\n]+)?=[ \t]*" + function[1] + rb"[ \t]*\("
    if called := re.search(calls, data, re.MULTILINE):
        return called[1].decode()
    return None if function[2].strip() else f"{function[1].decode()} --factory"


def _likely(found: Application, root: Path) -> tuple[object, ...]:
    name = found.file.name
    usual = _USUAL.index(name) if name in _USUAL else len(_USUAL)
    depth = len(found.file.relative_to(root).parts)
    return found.framework != "FastAPI", found.served != found.name, usual, depth, found.file
