"""Has a module's package passed the quality steps? What only this machine knows, kept in `.wsgen_cache`.

A verdict holds for exactly these bytes, tools and settings, and for what the project's own packages that
the generated code imports look like: a class may come through any number of them.
"""

import os
import re
from collections.abc import Collection, Iterable
from hashlib import sha256
from pathlib import Path

from wsgen.files import make_folder, read_own_file, replace
from wsgen.freshness.fingerprints import Fingerprints
from wsgen.manifest import Manifest, digest
from wsgen.quality.installed import fingerprint
from wsgen.quality.settings_files import settings_digest, settings_files
from wsgen.quality.tools import tool_of
from wsgen.quality.tools.tool import Tool
from wsgen.settings.cache_folder import is_own_folder, make_cache
from wsgen.settings.config import Config
from wsgen.source import ModuleSource

_OUTSIDE = re.compile(r"^[ \t]*from[ \t]+\.\.", re.MULTILINE)


def has_passed(
    source: ModuleSource, config: Config, manifest: Manifest, fingerprints: Fingerprints
) -> bool:
    """Return whether the local cache says that the package passed the configured steps."""
    if not config.steps:
        return True
    file = _verdict_file(source, config)
    if not is_own_folder(file.parent):
        return False
    try:
        lines = read_own_file(file).decode().split("\n")
    except (OSError, UnicodeDecodeError):
        return False
    known = all(name.isidentifier() for name in lines[1:])
    return known and lines[0] == _verdict(source, config, manifest, lines[1:], fingerprints)


def tops_of(
    source: ModuleSource, config: Config, texts: Collection[str], fingerprints: Fingerprints
) -> tuple[str, ...]:
    """Return the project's own packages that the Python `texts` of the generated one import, however indirectly.

    `fingerprints` remembers how they and the settings of the tools are now. To be asked before the tools run:
    what is edited while they do is not what they saw.
    """
    own = _own_tops(source, config) if any(_OUTSIDE.search(text) for text in texts) else set()
    tops = tuple(sorted(fingerprints.reached_from(texts) | own))
    for top in tops:
        fingerprints.of(top)
    for tool in _tools(config):
        _settings(source, config, tool, fingerprints)
    return tops


def record_pass(
    source: ModuleSource,
    config: Config,
    manifest: Manifest,
    tops: Iterable[str],
    fingerprints: Fingerprints,
) -> None:
    """Remember that the package passed with the packages `tops` as `fingerprints` has them.

    A cache that cannot be written is no error: the next run then finds out again.
    """
    file = _verdict_file(source, config)
    try:
        make_cache(config.cache)
        make_folder(file.parent)
        if not is_own_folder(file.parent):
            return
        data = "\n".join([_verdict(source, config, manifest, tops, fingerprints), *tops]).encode()
        if file.is_symlink() or not file.is_file() or read_own_file(file) != data:
            replace(file, data)
    except OSError:
        return


def _own_tops(source: ModuleSource, config: Config) -> set[str]:
    """Return the package that the generated one is in, which its relative imports may lead to."""
    inside = (
        source.output.relative_to(folder).parts[0]
        for folder in config.sources
        if folder in source.output.parents
    )
    return {top for top in inside if top.isidentifier()}


def _verdict_file(source: ModuleSource, config: Config) -> Path:
    name = source.output.relative_to(config.root).as_posix()
    return config.cache / "passed" / digest(os.fsencode(name))[:32]


def _verdict(
    source: ModuleSource,
    config: Config,
    manifest: Manifest,
    tops: Iterable[str],
    fingerprints: Fingerprints,
) -> str:
    """Return the sum over all that decides whether the files pass."""
    total = sha256()
    for name, sum_ in sorted(manifest.outputs.items()):
        total.update(f"{name}={sum_}\n".encode())
    for tool in _tools(config):
        total.update(f"{tool.name}={fingerprint(tool.name, tool.companions)}\n".encode())
    total.update("\n".join(config.steps).encode())
    for tool in _tools(config):
        total.update(_settings(source, config, tool, fingerprints).encode())
    for top in tops:
        total.update(f"\n{top}={fingerprints.of(top)}".encode())
    return total.hexdigest()


def _tools(config: Config) -> list[Tool]:
    return list({tool.name: tool for tool in map(tool_of, config.steps)}.values())


def _settings(source: ModuleSource, config: Config, tool: Tool, fingerprints: Fingerprints) -> str:
    """Return the digest of a tool's settings files for the package, as they were when first asked for."""
    files = settings_files(
        config.root, source.output, tool.settings, known=fingerprints.directories
    )
    if (tool.name, files) not in fingerprints.settings:
        fingerprints.settings[tool.name, files] = settings_digest(files, tool.extends)
    return fingerprints.settings[tool.name, files]
