"""Is a module's package current although code of its Python file changed that declares nothing?

A factory stands in that file, and its comments and statements change more often than the routers do. The
manifest says what the sources declared; they are loaded again only where their bytes are others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsgen.freshness.current import inputs_of, intact_manifest
from wsgen.manifest import Manifest, digest
from wsgen.settings.config import Config
from wsgen.source import YAML_NAME, ModuleSource

if TYPE_CHECKING:  # a run that finds everything current loads nothing
    from wsgen.model import ModuleSpec


def current_manifest(
    source: ModuleSource, config: Config, *, steps: tuple[str, ...]
) -> Manifest | None:
    """Return the manifest of a module's package if rendering it would change nothing, else None.

    With `steps`, the package must have been through exactly these, on whatever machine.
    """
    manifest = intact_manifest(source, config, steps=steps)
    if manifest is None:
        return None
    inputs = inputs_of(source, config)
    if inputs == manifest.inputs or (
        _only_python_changed(source, config, manifest, inputs)
        and _declares(source, config) == manifest.declared
    ):
        return manifest
    return None


def declared_digest(spec: ModuleSpec) -> str:
    """Return the digest of what the sources of a module declare."""
    return digest(spec.model_dump_json().encode())


def _only_python_changed(
    source: ModuleSource, config: Config, manifest: Manifest, inputs: dict[str, str]
) -> bool:
    if not manifest.declared or inputs.keys() != manifest.inputs.keys():
        return False
    changed = {name for name, sum_ in inputs.items() if manifest.inputs[name] != sum_}
    python = (file for file in source.files if file.name != YAML_NAME)
    return changed <= {file.relative_to(config.root).as_posix() for file in python}


def _declares(source: ModuleSource, config: Config) -> str | None:
    """Return the digest of what the sources declare now, None if they are wrong."""
    from wsgen.load import load_module

    loaded = load_module(source, config)
    return None if loaded.spec is None else declared_digest(loaded.spec)
