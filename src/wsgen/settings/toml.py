"""Parse TOML, each text only once: that takes milliseconds, and several readers look into a `pyproject.toml`."""

import tomllib
from collections.abc import Mapping
from functools import lru_cache


@lru_cache(maxsize=8)
def toml_in(data: bytes) -> Mapping[str, object]:
    """Return what `data` says. Raises UnicodeDecodeError, tomllib.TOMLDecodeError or RecursionError."""
    return tomllib.loads(data.decode("utf-8"))
