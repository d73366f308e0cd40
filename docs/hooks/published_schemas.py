"""Publish the JSON Schemas with the docs, each at the address that is its `$id`, as a hook of mkdocs."""

import json
import shutil
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig

# Not the one in the configuration, which `mkdocs serve` replaces by its own.
SITE = "https://wsgen.github.io/wsgen/"
SCHEMAS = Path(__file__).parents[2] / "schemas"


def on_post_build(config: MkDocsConfig) -> None:
    """Copy the schemas into the site. Raises ValueError for an address that is not on it."""
    for file in SCHEMAS.iterdir():
        address = json.loads(file.read_text("utf-8"))["$id"]
        path = address.removeprefix(SITE)
        if path == address:
            raise ValueError(f"{file.name}: the address {address} is not below {SITE}")
        target = Path(config.site_dir, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
