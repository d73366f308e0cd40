"""Find the project and read its settings: `wsgen.toml`, or `[tool.wsgen]` in `pyproject.toml`.

It imports nothing heavy, because every run reads the settings.
"""

import errno
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from wsgen.diagnostics import Diagnostic, Span
from wsgen.environment import Environment
from wsgen.errors import ConfigError
from wsgen.files import read_file, real
from wsgen.settings.checked import checked_config
from wsgen.settings.config import Config, default_sources
from wsgen.settings.default_environment import default_environment
from wsgen.settings.key_places import WSGEN_TOML, prefix_of
from wsgen.settings.toml import toml_in

_LIMIT = 1 << 20
_OUR_TABLE = re.compile(rb"^\s*\[\s*tool\s*\.\s*wsgen\b", re.MULTILINE)


def find_root(start: Path) -> Path:
    """Return the project that `start` belongs to.

    The nearest folder upwards with a `wsgen.toml` or a `[tool.wsgen]` table wins; else the nearest with
    a `pyproject.toml` or `.git`; else `start` itself.
    """
    start = real(start)
    if start.is_file():
        start = start.parent
    fallback: Path | None = None
    for folder in (start, *start.parents):
        if has_settings(folder):
            return folder
        if (folder / "pyproject.toml").is_file():
            fallback = fallback or folder
        elif fallback is None and (folder / ".git").exists():
            fallback = folder
    return fallback or start


def has_settings(folder: Path) -> bool:
    """Return whether `folder` has a `wsgen.toml` or a `[tool.wsgen]` table. Raises ConfigError."""
    if _is_there(folder / WSGEN_TOML):
        return True
    pyproject = folder / "pyproject.toml"
    return _is_there(pyproject) and bool(_OUR_TABLE.search(_read(pyproject)))


def load_config(root: Path, environment: Environment | None = None) -> Config:
    """Read the settings of the project at `root`; without any, return the defaults.

    With `environment`, that is what tools and imports look at, whatever the settings say.

    Raises ConfigError with one diagnostic for each setting that is unknown or wrong.
    """
    root = real(root)
    for file in (root / WSGEN_TOML, root / "pyproject.toml"):
        if not _is_there(file):
            continue
        data = _read(file)
        if prefix_of(file) and b"wsgen" not in data:
            continue
        table = _table(file, data)
        if table is not None:
            return checked_config(table, root, file, environment)
    from wsgen.settings.choice import choose_steps  # only where the settings name no steps

    chosen, warnings = (environment, ()) if environment else default_environment(root)
    return Config(
        root=root,
        paths=(root,),
        sources=default_sources(root),
        steps=choose_steps(root, chosen).steps,
        environment=chosen,
        warnings=warnings,
    )


def _is_there(file: Path) -> bool:
    """Return whether `file` exists and is not a folder; whatever else it is, reading it reports the problem."""
    return os.path.lexists(file) and not file.is_dir()


def _read(file: Path) -> bytes:
    try:
        data = read_file(file, _LIMIT + 1)
    except OSError as error:
        readable = error.errno not in (errno.EINVAL, errno.ENOENT)
        help_text = "Make the file readable." if readable else "Put a regular file in its place."
        raise _unusable(file, f"cannot be read: {error.strerror}", help_text) from error
    if len(data) > _LIMIT:
        raise _unusable(
            file, "is larger than 1 MiB", "Keep settings in a smaller file, wsgen.toml."
        )
    return data


def _unusable(
    file: Path, problem: str, help_text: str, line: int = 1, column: int = 1
) -> ConfigError:
    span = Span(file, line, column, line, column)
    return ConfigError(
        "the settings cannot be read",
        [Diagnostic("WSG900", f"{file.name} {problem}", span, help=help_text)],
    )


def parse_toml(file: Path, data: bytes) -> Mapping[str, object]:
    """Return what `data`, the content of `file`, says. Raises ConfigError if it is not valid TOML."""
    try:
        return toml_in(data)
    except UnicodeDecodeError as error:
        raise _unusable(file, "is not UTF-8", "Save the file as UTF-8.") from error
    except RecursionError as error:
        raise _unusable(file, "is nested too deeply", "Flatten the settings.") from error
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+), column (\d+)", str(error))
        line, column = (int(place[1]), int(place[2])) if place else (1, 1)
        problem = re.sub(r" \(at .*\)$", "", str(error))
        raise _unusable(
            file,
            f"is not valid TOML: {problem}",
            "Correct the syntax at the place shown.",
            line,
            column,
        ) from error


def _table(file: Path, data: bytes) -> Mapping[str, object] | None:
    found: object = parse_toml(file, data)
    for key in prefix_of(file):
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else None
