"""Is a module's package current? Answered from hashes alone, with nothing heavy imported.

A package is current if its manifest's inputs, settings and outputs are what is on disk. Whether it has
passed the quality steps too is for `wsgen.freshness.passes` to say.
"""

import json
from functools import lru_cache

from wsgen._version import __version__
from wsgen.discovery.inputs import template_of, templates_in
from wsgen.discovery.orphans import why_orphaned
from wsgen.manifest import PENDING, Manifest, digest, file_digest, read_manifest
from wsgen.settings.config import Config
from wsgen.source import ModuleSource


def is_current(source: ModuleSource, config: Config, *, steps: tuple[str, ...]) -> Manifest | None:
    """Return the manifest of a module's package if all that it says is so, else None.

    With `steps`, the package must have been through exactly these, on whatever machine.
    """
    manifest = intact_manifest(source, config, steps=steps)
    return manifest if manifest and manifest.inputs == inputs_of(source, config) else None


def intact_manifest(
    source: ModuleSource, config: Config, *, steps: tuple[str, ...]
) -> Manifest | None:
    """Return the manifest of a module's package if all that it says is so, but for its inputs; else None."""
    manifest = read_manifest(source.output)
    if manifest is None or (steps and set(manifest.tools) != set(steps)):
        return None
    if manifest.settings != settings_digest(source, config):
        return None
    if any(file_digest(source.output / name) != sum_ for name, sum_ in manifest.outputs.items()):
        return None
    return None if (source.output / PENDING).exists() else manifest


def why_stale(source: ModuleSource, config: Config, *, steps: tuple[str, ...]) -> str:
    """Return, in a few words, why a module's package is not current."""
    if not source.files:
        return why_orphaned(source, config)
    manifest = read_manifest(source.output)
    if manifest is None:
        return "it was never rendered" if not source.output.exists() else "it has no manifest"
    if manifest.wsgen != __version__:
        return f"it was rendered by wsgen {manifest.wsgen}, this is {__version__}"
    now = inputs_of(source, config)
    names = sorted(now.keys() | manifest.inputs.keys())
    if changed := [name for name in names if now.get(name) != manifest.inputs.get(name)]:
        return f"{', '.join(changed)} changed since"
    if manifest.settings != settings_digest(source, config):
        return "the settings changed since"
    if missing := [name for name in manifest.outputs if not (source.output / name).exists()]:
        return f"{', '.join(missing)} is missing"
    if edited := [
        name for name, sum_ in manifest.outputs.items() if file_digest(source.output / name) != sum_
    ]:
        return f"{', '.join(edited)} was edited"
    if (source.output / PENDING).exists():
        return "a run was stopped halfway"
    if steps and set(manifest.tools) != set(steps):
        return "it has not been through the configured quality steps"
    return "the quality steps give another result"


def inputs_of(source: ModuleSource, config: Config) -> dict[str, str]:
    """Return the sums of all files that decide what is rendered, by path relative to the project."""
    files = list(source.files)
    if (template := template_of(source, config)) is not None:
        files.append(template)
    if config.templates is not None:
        files.extend(templates_in(config.templates))
    root = config.root
    return {file.relative_to(root).as_posix(): file_digest(file) or "" for file in files}


def settings_digest(source: ModuleSource, config: Config) -> str:
    """Return the sum over the settings, other than files, that decide what is rendered."""
    schemes = config.security_schemes
    return _settings_digest(
        config.models or "",
        source.name,
        source.version or "",
        source.output.relative_to(config.root).as_posix(),
        tuple(path.relative_to(config.root).as_posix() for path in config.sources),
        *((json.dumps(schemes, sort_keys=True, default=str),) if schemes else ()),
    )


@lru_cache(maxsize=4096)
def _settings_digest(*values: str | tuple[str, ...]) -> str:
    return digest(json.dumps([__version__, *values]).encode())
