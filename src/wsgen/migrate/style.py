"""How a project writes its files: where its ws.yaml find their schema, and how long its lines may be."""

import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from wsgen.files import read_file, read_text
from wsgen.settings.config import Config
from wsgen.source import YAML_NAME, ModuleSource

_SCHEMA = re.compile(rb"#\s*yaml-language-server:\s*\$schema=(\S+)")
_USUAL = 88


def schema_of(source: ModuleSource, config: Config) -> str | None:
    """Return the JSON Schema that other ws.yaml of the project name, as seen from the folder of `source`."""
    for file in _neighbours(source, config):
        try:
            found = _SCHEMA.match(read_file(file)[:1000])
        except OSError:
            continue
        if found and (schema := found[1].decode("utf-8", "replace")):
            if "://" in schema or Path(schema).is_absolute():
                return schema
            return Path(os.path.relpath(file.parent / schema, source.directory)).as_posix()
    return None


def line_width(config: Config) -> int:
    """Return how long lines may be by what pyproject.toml tells black, ruff and isort."""
    try:
        tools = tomllib.loads(read_text(config.root / "pyproject.toml")).get("tool", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return _USUAL
    keys = (("black", "line-length"), ("ruff", "line-length"), ("isort", "line_length"))
    found = [tools.get(tool, {}).get(key) for tool, key in keys]
    return min((width for width in found if isinstance(width, int)), default=_USUAL)


def _neighbours(source: ModuleSource, config: Config) -> Iterator[Path]:
    """Yield the ws.yaml of the modules beside that of `source`, then those below the configured paths."""
    yield from sorted(source.directory.parent.glob(f"*/{YAML_NAME}"))
    for path in config.paths:
        if path != config.root:
            yield from sorted(path.glob(f"*/{YAML_NAME}"))
