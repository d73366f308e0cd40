"""Which quality steps the packages have passed on this machine, kept in `.wsgen_cache/passed`, a file a package.

An entry of a step holds for exactly these files, with this version and these settings of its tool; that of a type
checker also for what the project's own packages contain that the files import: a class may come through any
number of them. In doubt a step runs again.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from hashlib import sha256

from wsgen.freshness.fingerprints import Fingerprints, imported_names
from wsgen.freshness.rendered import entry_name
from wsgen.manifest import Manifest
from wsgen.quality.tools import tool_of
from wsgen.settings.cache_folder import read_entry, write_entry
from wsgen.settings.config import Config
from wsgen.source import ModuleSource

_KIND = "passed"
_OUTSIDE = r"^[ \t]*from[ \t]+\.\."


def unverified_steps(
    source: ModuleSource, config: Config, manifest: Manifest, fingerprints: Fingerprints
) -> tuple[str, ...]:
    """Return those of the configured steps that the package is not known to pass as it is."""
    packages, recorded = _read(source, config)
    if len(recorded) != len(config.steps):
        return config.steps
    now = _digests(source, config, manifest, packages, fingerprints)
    return tuple(
        step
        for step, sum_, before in zip(config.steps, now, recorded, strict=True)
        if sum_ != before
    )


def imported_packages(
    source: ModuleSource, config: Config, texts: Collection[str], fingerprints: Fingerprints
) -> tuple[str, ...]:
    """Return the project's own packages that the Python `texts` of the generated one import, however indirectly.

    To be asked before the tools run: `fingerprints` then has these packages, and the tools with their settings,
    as they are now. What is edited while the tools run is not what they saw.
    """
    names = {name for text in texts for name in imported_names(text)}
    if any(re.search(_OUTSIDE, text, re.MULTILINE) for text in texts):
        names |= _own_package(source, config)
    return _reached_from(names, source, config, fingerprints)


def packages_known_to_be_imported(
    source: ModuleSource, config: Config, fingerprints: Fingerprints
) -> tuple[str, ...]:
    """Return the same for a package that has not changed, from its entry in the cache.

    What these packages import by now is added. One that is no longer imported costs a needless run at most.
    """
    packages, _ = _read(source, config)
    return _reached_from(packages, source, config, fingerprints)


def _reached_from(
    names: Iterable[str], source: ModuleSource, config: Config, fingerprints: Fingerprints
) -> tuple[str, ...]:
    """Return all packages that `names` lead to, after taking all fingerprints that an entry depends on."""
    packages = tuple(sorted(fingerprints.reached_from(names)))
    for step in config.steps:
        _fingerprint(step, source, packages, fingerprints)
    return packages


def record_passed(
    source: ModuleSource,
    config: Config,
    manifest: Manifest,
    packages: Sequence[str],
    fingerprints: Fingerprints,
) -> None:
    """Remember that the package, which imports `packages`, has passed all configured steps."""
    digests = _digests(source, config, manifest, packages, fingerprints)
    text = "\n".join([" ".join(packages), *digests])
    write_entry(config.cache, _KIND, entry_name(source, config), text)


def _digests(
    source: ModuleSource,
    config: Config,
    manifest: Manifest,
    packages: Sequence[str],
    fingerprints: Fingerprints,
) -> Iterator[str]:
    """Yield for each configured step the digest of all that decides whether the package passes it."""
    files = (f"{name}={sum_}" for name, sum_ in sorted(manifest.outputs.items()))
    common = sha256("\n".join([manifest.settings, *files, *config.steps, *packages]).encode())
    for step in config.steps:
        total = common.copy()
        total.update(_fingerprint(step, source, packages, fingerprints).encode())
        yield total.hexdigest()


def _fingerprint(
    step: str, source: ModuleSource, packages: Sequence[str], fingerprints: Fingerprints
) -> str:
    """Return a text that changes with all that a step reads, besides the files that it checks."""
    tool = tool_of(step)
    imported = packages if tool.reads_imports else ()
    found = (f"{name}={fingerprints.of_package(name)}" for name in imported)
    return "\n".join([step, fingerprints.of_tool(tool, source.output), *found])


def _read(source: ModuleSource, config: Config) -> tuple[Sequence[str], Sequence[str]]:
    """Return the packages in the entry of a module and the digests of its steps; nothing if it is none."""
    text = read_entry(config.cache, _KIND, entry_name(source, config)) or ""
    listed, *recorded = text.split("\n")
    packages = listed.split(" ") if listed else []
    return (packages, recorded) if all(name.isidentifier() for name in packages) else ((), ())


def _own_package(source: ModuleSource, config: Config) -> set[str]:
    """Return the package that the generated one is in, which its relative imports may lead to."""
    inside = (
        source.output.relative_to(folder).parts[0]
        for folder in config.sources
        if folder in source.output.parents
    )
    return {name for name in inside if name.isidentifier()}
