"""What this machine knows of each package: from what it made it, and which quality steps it has passed.

The cache has one entry for each package. A manifest is committed, so anybody may have written it; files that this
machine made need not be rendered again, and steps that they have passed here need not run again.

That a step was passed holds for exactly these files, with this version and these settings of its tool; for a type
checker also for what the project's own packages contain that the files import: a class may come through any
number of them. In doubt a step runs again.
"""

import json
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from types import MappingProxyType
from typing import NamedTuple

from wsgen.freshness.fingerprints import Fingerprints, imported_names
from wsgen.manifest import Manifest, digest
from wsgen.quality.tools import tool_of
from wsgen.settings.cache_folder import read_entry, write_entry
from wsgen.settings.config import Config
from wsgen.source import ModuleSource

_KIND = "known"  # to be changed with the fields of `Known`
_OUTSIDE = r"^[ \t]*from[ \t]+\.\."


class Known(NamedTuple):
    """What the cache says of a package.

    `made` is the digest of its files and of all that they were made from, but for what they depend on in the
    packages of their types: `types` is from `Fingerprints.of_types`, `loaded` from `of_loaded`. `routes` are its
    routes by class name and `commands` its names on the wire by those of its commands, `imported` the project's
    own packages that its code imports, and `passed` has a digest for each step.
    """

    made: str = ""
    routes: Mapping[str, str] = MappingProxyType({})
    types: Mapping[str, bool] = MappingProxyType({})
    loaded: Mapping[str, str] = MappingProxyType({})
    imported: Sequence[str] = ()
    passed: Sequence[str] = ()
    commands: Mapping[str, str] = MappingProxyType({})


def known_of(source: ModuleSource, config: Config) -> Known:
    """Return what is known of the package of a module."""
    text = read_entry(config.cache, _KIND, _name(source, config))
    return Known(*json.loads(text)) if text else Known()


def remember(source: ModuleSource, config: Config, known: Known) -> None:
    """Write what is `known` of the package of a module."""
    written = json.dumps(
        known, default=dict
    )  # the empty mappings of fields that an older entry did not have
    write_entry(config.cache, _KIND, _name(source, config), written)


def digest_of_made(manifest: Manifest, inputs: Mapping[str, str]) -> str:
    """Return the digest of the files in `manifest` and of the `inputs` and settings that they were made from."""
    parts = [manifest.settings, sorted(inputs.items()), sorted(manifest.outputs.items())]
    return digest(json.dumps(parts).encode())


def unverified_steps(
    known: Known, source: ModuleSource, manifest: Manifest, fingerprints: Fingerprints
) -> tuple[str, ...]:
    """Return those of the configured steps that the package is not known to pass as it is."""
    steps = fingerprints.config.steps
    if len(known.passed) != len(steps):
        return steps
    now = _digests(source, manifest, known.imported, fingerprints)
    compared = zip(steps, now, known.passed, strict=True)
    return tuple(step for step, sum_, before in compared if sum_ != before)


def with_passed(
    known: Known,
    source: ModuleSource,
    manifest: Manifest,
    packages: Sequence[str],
    fingerprints: Fingerprints,
) -> Known:
    """Return what is known of a package, whose files import `packages`, after it has passed all steps."""
    passed = tuple(_digests(source, manifest, packages, fingerprints))
    return known._replace(imported=packages, passed=passed)


def imported_packages(
    source: ModuleSource, texts: Collection[str], fingerprints: Fingerprints
) -> tuple[str, ...]:
    """Return the project's own packages that the Python `texts` of the generated one import, also indirectly."""
    names = {name for text in texts for name in imported_names(text)}
    if any(re.search(_OUTSIDE, text, re.MULTILINE) for text in texts):
        names |= _own_package(source, fingerprints.config)
    return packages_reached_from(names, source, fingerprints)


def packages_reached_from(
    names: Iterable[str], source: ModuleSource, fingerprints: Fingerprints
) -> tuple[str, ...]:
    """Return all of the project's own packages that `names` lead to.

    To be asked before the tools run: `fingerprints` then has these packages, and the tools with their settings,
    as they are now. What is edited while the tools run is not what they saw.
    """
    packages = tuple(sorted(fingerprints.reached_from(names)))
    for step in fingerprints.config.steps:
        _fingerprint(step, source, packages, fingerprints)
    return packages


def _digests(
    source: ModuleSource, manifest: Manifest, packages: Sequence[str], fingerprints: Fingerprints
) -> Iterator[str]:
    """Yield for each configured step the digest of all that decides whether the package passes it."""
    steps = fingerprints.config.steps
    files = (f"{name}={sum_}" for name, sum_ in sorted(manifest.outputs.items()))
    common = sha256("\n".join([manifest.settings, *files, *steps, *packages]).encode())
    for step in steps:
        total = common.copy()
        total.update(_fingerprint(step, source, packages, fingerprints).encode())
        yield total.hexdigest()


def _fingerprint(
    step: str, source: ModuleSource, packages: Sequence[str], fingerprints: Fingerprints
) -> str:
    """Return a text that changes with all that a step reads, besides the files that it checks."""
    tool = tool_of(step, fingerprints.config.commands)
    imported = packages if tool.reads_imports else ()
    found = (f"{name}={fingerprints.of_package(name)}" for name in imported)
    return "\n".join([step, fingerprints.of_tool(tool, source.output), *found])


def _own_package(source: ModuleSource, config: Config) -> set[str]:
    """Return the package that the generated one is in, which its relative imports may lead to."""
    inside = (
        source.output.relative_to(folder).parts[0]
        for folder in config.sources
        if folder in source.output.parents
    )
    return {name for name in inside if name.isidentifier()}


def _name(source: ModuleSource, config: Config) -> str:
    return digest(os.fsencode(config.relative(source.output)))[:32]
