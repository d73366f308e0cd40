"""Find generated packages whose sources are gone: they would stay importable for ever."""

import os
import posixpath
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from wsgen.manifest import Manifest, read_manifest
from wsgen.settings.config import Config
from wsgen.source import PYTHON_NAME, YAML_NAMES, ModuleSource

_ANY = "\x01"
_NAMES = frozenset({*YAML_NAMES, PYTHON_NAME, "__init__.py"})


def orphans_among(
    packages: Iterable[Path], modules: Iterable[ModuleSource], config: Config
) -> Iterator[ModuleSource]:
    """Yield a module without files for each of `packages` that none of `modules` is written to.

    It must be where the settings put the package of the source that its manifest names, or where they put it when
    it was written: a package that was copied from elsewhere is not an orphan of this project.
    """
    known = {module.output for module in modules}
    for package in packages:
        manifest = None if package in known else read_manifest(package)
        if manifest is None:
            continue
        for folder in _sources(manifest):
            name, version = folder.name, None
            if len(folder.parts) > 3 and folder.parts[-2] == "ws":
                name, version = folder.parts[-3], folder.name
            place = config.relative(package)
            if manifest.package == place or _pattern(folder, version, config).fullmatch(place):
                yield ModuleSource(name, version, config.root / folder, (), package)
                break


def why_orphaned(module: ModuleSource, config: Config) -> str:
    """Return, in a few words, what happened to the sources of an orphan."""
    manifest = read_manifest(module.output)
    names = (
        [n for n in sorted(manifest.inputs) if PurePosixPath(n).name in _NAMES] if manifest else []
    )
    there = [name for name in names if os.path.lexists(config.root / name)]
    place = config.relative(module.output)
    source = PurePosixPath(config.relative(module.directory))
    if there and not _pattern(source, module.version, config).fullmatch(place):
        return f"the package of {' and '.join(there)} goes elsewhere now"
    if there:
        return f"{' and '.join(there)} no longer {'declares' if len(there) == 1 else 'declare'} it"
    return f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'} gone"


def _sources(manifest: Manifest) -> list[PurePosixPath]:
    """Return the folders that a package was made from, relative to its project."""
    paths = [PurePosixPath(name) for name in sorted(manifest.inputs)]
    inside = [path for path in paths if path.name in _NAMES and ".." not in path.parts]
    return list(dict.fromkeys(path.parent for path in inside if not path.is_absolute()))


def _pattern(folder: PurePosixPath, version: str | None, config: Config) -> re.Pattern[str]:
    """Return what the `output` setting makes of a source in `folder`, whatever the module is called."""
    place = config.output.format(source_dir=folder.as_posix(), module=_ANY, version=version or "")
    return re.compile(re.escape(posixpath.normpath(place)).replace(_ANY, "[^/]+"))
