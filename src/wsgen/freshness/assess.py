"""Assess a module's package: is it current, and if not, why? The only answer to both questions.

A package is current if the files that decide what is rendered, the settings, and the generated files are what its
manifest says, and if this machine knows that it made these files and that they passed the quality steps.
"""

import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from wsgen._version import __version__
from wsgen.discovery.inputs import template_of, templates_in
from wsgen.discovery.orphans import why_orphaned
from wsgen.freshness.cache_entries import Known, digest_of_made, known_of, unverified_steps
from wsgen.freshness.fingerprints import Fingerprints
from wsgen.manifest import PENDING, Manifest, digest, file_digest, read_manifest
from wsgen.quality.tools import tool_of
from wsgen.settings.config import Config
from wsgen.source import ModuleSource, is_yaml


class Status(StrEnum):
    """How a package compares with its sources.

    It is unverified if it is what its manifest says and this machine has not yet made it and checked it itself.
    """

    CURRENT = "current"
    UNVERIFIED = "unverified"
    STALE = "stale"
    MISSING = "missing"


class Assessment(NamedTuple):
    """The state of one package, with what was read to find out.

    `manifest` is that of the package, None if there is none that can be read. `inputs` has the digests of the
    files that decide what is rendered, by path relative to the project. `reason` says why it is not current.
    `known` is what the cache of this machine says of it, if that holds; `unverified` are the quality steps that
    it is not known to pass, if nothing else is missing.
    """

    status: Status
    manifest: Manifest | None
    inputs: Mapping[str, str]
    reason: str = ""
    known: Known = Known()
    unverified: tuple[str, ...] = ()

    @property
    def is_intact(self) -> bool:
        """Return whether the package is what its manifest says, verified on this machine or not."""
        return self.status in (Status.CURRENT, Status.UNVERIFIED)


def assess(
    source: ModuleSource,
    config: Config,
    *,
    steps: tuple[str, ...],
    declared: Callable[[ModuleSource], str | None],
    fingerprints: Fingerprints | None = None,
) -> Assessment:
    """Compare a module's package with the files and settings that it is made from.

    With `fingerprints`, the cache of this machine must know the package too; without, its manifest is trusted.
    It must have passed `steps`, perhaps among others. `declared` returns the digest of what the sources declare,
    None if they are invalid; it is only called if nothing but the code of a Python source has changed.
    """
    inputs = digests_of_inputs(source, config)
    manifest = read_manifest(source.output)
    if manifest is None:
        if source.output.exists():
            return Assessment(Status.STALE, None, inputs, "it has no manifest")
        return Assessment(Status.MISSING, None, inputs, "it was never rendered")
    reason = _why_stale(source, config, steps, manifest, inputs, declared)
    if reason:
        return Assessment(Status.STALE, manifest, inputs, reason)
    if fingerprints is None:
        return Assessment(Status.CURRENT, manifest, inputs)
    known = known_of(source, config)
    is_known = known.made == digest_of_made(manifest, inputs)
    if not is_known or not _has_same_types(known, steps, fingerprints):
        reason = "its files are not what the sources give"
        return Assessment(Status.UNVERIFIED, manifest, inputs, reason)
    unverified = unverified_steps(known, source, manifest, fingerprints) if steps else ()
    if unverified:
        reason = "the quality steps give another result"
        return Assessment(Status.UNVERIFIED, manifest, inputs, reason, known, unverified)
    return Assessment(Status.CURRENT, manifest, inputs, known=known)


def _has_same_types(known: Known, steps: tuple[str, ...], fingerprints: Fingerprints) -> bool:
    """Return whether loading the sources again would find the types that it has found."""
    if fingerprints.of_types(known.types) != known.types:
        return False
    if any(tool_of(step, fingerprints.config.commands).checks_types for step in steps):
        return True
    return fingerprints.of_loaded(known.loaded) == known.loaded


def digests_of_inputs(source: ModuleSource, config: Config) -> dict[str, str]:
    """Return the digests of all files that decide what is rendered, by path relative to the project."""
    files = list(source.files)
    if (template := template_of(source, config)) is not None:
        files.append(template)
    if config.templates is not None:
        files.extend(templates_in(config.templates))
    return {config.relative(file): file_digest(file) or "" for file in files}


def settings_digest(source: ModuleSource, config: Config) -> str:
    """Return the digest of the settings, other than files, that decide what is rendered."""
    schemes = config.security_schemes
    return _settings_digest(
        config.models or "",
        source.name,
        source.version or "",
        config.relative(source.output),
        tuple(config.relative(path) for path in config.sources),
        *((json.dumps(schemes, sort_keys=True, default=str),) if schemes else ()),
    )


def _why_stale(
    source: ModuleSource,
    config: Config,
    steps: tuple[str, ...],
    manifest: Manifest,
    inputs: Mapping[str, str],
    declared: Callable[[ModuleSource], str | None],
) -> str:
    """Return, in a few words, why the package is stale; an empty text if it is not."""
    if not source.files:
        return why_orphaned(source, config)
    if manifest.wsgen != __version__:
        return f"it was rendered by wsgen {manifest.wsgen}, this is {__version__}"
    reason = _why_not_intact(source, config, steps, manifest)
    names = sorted(inputs.keys() | manifest.inputs.keys())
    changed = [name for name in names if inputs.get(name) != manifest.inputs.get(name)]
    if not changed:
        return reason
    code = {config.relative(file) for file in source.files if not is_yaml(file)}
    only_code = code.issuperset(changed) and manifest.inputs.keys() >= set(changed)
    if not reason and only_code and manifest.declared and declared(source) == manifest.declared:
        return ""
    return f"{', '.join(changed)} changed since"


def _why_not_intact(
    source: ModuleSource, config: Config, steps: tuple[str, ...], manifest: Manifest
) -> str:
    if not manifest.outputs:
        return "its manifest lists no files"
    if manifest.settings != settings_digest(source, config):
        return "the settings changed since"
    found = {name: file_digest(f"{source.output}/{name}") for name in manifest.outputs}
    if wrong := [name for name in found if found[name] != manifest.outputs[name]]:
        missing = [name for name in wrong if not (source.output / name).exists()]
        if missing:
            return f"{', '.join(missing)} is missing"
        return f"{', '.join(wrong)} was edited"
    if (source.output / PENDING).exists():
        return "a run was stopped halfway"
    if not manifest.tools.keys() >= set(steps):
        return "it has not been through the configured quality steps"
    return ""


@lru_cache(maxsize=4096)
def _settings_digest(*values: str | tuple[str, ...]) -> str:
    return digest(json.dumps([__version__, *values]).encode())
