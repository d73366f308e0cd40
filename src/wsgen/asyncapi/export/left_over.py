"""The documents of modules that are gone, in a folder that holds one document for each module."""

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import yaml

from wsgen.files import read_file

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MARK = b"x-router"
_SUFFIXES = frozenset({".json", ".yaml"})


def left_over(folder: Path, names: Collection[str], title: str) -> list[Path]:
    """Return the files in `folder` that were exported for modules other than `names`, sorted.

    Such a file is called after its module and has the routers of it; the project's `title` starts that of each
    document, so that the documents of another project in the same folder are left alone.
    """
    found = []
    for file in sorted(folder.glob("*.*")):
        if file.suffix not in _SUFFIXES or file.stem in names or not file.is_file():
            continue
        try:
            data = read_file(file)
        except OSError:
            continue
        if _MARK in data and _is_ours(data, file.stem, title):
            found.append(file)
    return found


def _is_ours(data: bytes, name: str, title: str) -> bool:
    try:
        # Our own JSON is YAML too, but is read a hundred times faster as what it is.
        document: Any = (  # any JSON value
            json.loads(data) if data.startswith(b"{") else yaml.load(data, _LOADER)  # noqa: S506  # a safe one
        )
        said = document["info"]["title"]
        channels = document["channels"]
    except (ValueError, yaml.YAMLError, RecursionError, TypeError, LookupError):
        return False
    module = name.rpartition("-v")[0] if "-v" in name else name
    titles = {f"{title}: {name}", f"{title}: {module}"} if title else {name, module}
    return said in titles and isinstance(channels, dict) and len(channels) == 1
