"""Which files this machine has made from which inputs: one small entry of the cache for each package.

A manifest is committed, so anybody may have written it. Files that this machine made need not be rendered again.
"""

import json
import os
from collections.abc import Mapping, Sequence
from hashlib import sha256

from wsgen.freshness.fingerprints import Fingerprints
from wsgen.manifest import Manifest, digest
from wsgen.settings.cache_folder import read_entry, write_entry
from wsgen.settings.config import Config
from wsgen.source import ModuleSource

_KIND = "rendered"


def rendered_routes(
    source: ModuleSource,
    config: Config,
    manifest: Manifest,
    inputs: Mapping[str, str],
    fingerprints: Fingerprints,
) -> Mapping[str, str] | None:
    """Return the routes of a package by class; None unless this machine made its files from these `inputs`."""
    text = read_entry(config.cache, _KIND, entry_name(source, config))
    if text is None:
        return None
    known, *made = text.split("\n")
    if known != _fingerprint(manifest, inputs, made):
        return None
    routes: dict[str, str]
    types: dict[str, bool | str]
    routes, types = map(json.loads, made)
    return routes if fingerprints.of_types(types) == types else None


def record_rendered(
    source: ModuleSource,
    config: Config,
    manifest: Manifest,
    inputs: Mapping[str, str],
    routes: Mapping[str, str],
    types: Mapping[str, bool | str],
) -> None:
    """Remember that the files in `manifest` were made from these `inputs`, and have these `routes` by class.

    `types` is what they depend on in the packages of their types, from `Fingerprints.of_types`.
    """
    made = [json.dumps(routes), json.dumps(types)]
    text = "\n".join([_fingerprint(manifest, inputs, made), *made])
    write_entry(config.cache, _KIND, entry_name(source, config), text)


def entry_name(source: ModuleSource, config: Config) -> str:
    """Return the name of a module's entries in the cache."""
    return digest(os.fsencode(config.relative(source.output)))[:32]


def _fingerprint(manifest: Manifest, inputs: Mapping[str, str], made: Sequence[str]) -> str:
    """Return the digest of all that decides about the files, of the files, and of what the entry says of them."""
    parts = [manifest.settings, sorted(inputs.items()), sorted(manifest.outputs.items()), made]
    return sha256(json.dumps(parts).encode()).hexdigest()
