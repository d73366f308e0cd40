"""Is a module's package current? Answered from hashes alone, with nothing heavy imported.

A package is current if its manifest's inputs, settings and outputs are what is on disk. It has *passed*
if the local cache says that these bytes passed these tools under these settings; only that is not
committed, so a fresh clone finds it out once.
"""

import json
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from wsgen._version import __version__
from wsgen.config import Config
from wsgen.manifest import PENDING, Manifest, digest, file_digest, read_manifest
from wsgen.quality.fingerprints import tool_fingerprints
from wsgen.quality.settings import settings_files
from wsgen.source import PYTHON_NAME, ModuleSource

GENERIC_TEMPLATE = ("shared", "ws", "generic_route.py")


def is_current(source: ModuleSource, config: Config, *, steps: tuple[str, ...]) -> Manifest | None:
    """Return the manifest of a module's package if all that it says is so, else None.

    With `steps`, the package must have been through exactly these, on whatever machine.
    """
    manifest = read_manifest(source.output)
    if manifest is None or (steps and set(manifest.tools) != set(steps)):
        return None
    if manifest.settings != settings_digest(source, config) or manifest.inputs != inputs_of(
        source, config
    ):
        return None
    if any(file_digest(source.output / name) != sum_ for name, sum_ in manifest.outputs.items()):
        return None
    return None if (source.output / PENDING).exists() else manifest


def why_stale(source: ModuleSource, config: Config, *, steps: tuple[str, ...]) -> str:
    """Return, in a few words, why a module's package is not current."""
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
        files.extend(sorted(config.templates.glob("*.jinja")))
    root = config.root
    return {file.relative_to(root).as_posix(): file_digest(file) or "" for file in files}


def template_of(source: ModuleSource, config: Config) -> Path | None:
    """Return the generic class that a module's routers are specialised from, if there is one.

    That is the configured `template`; else, for a module with legacy aliases, the founding layout's
    `shared/ws/generic_route.py` beside the folder that holds the modules.
    """
    if config.template is not None:
        return config.template
    if not any(file.name in (PYTHON_NAME, "__init__.py") for file in source.files):
        return None
    home = source.directory.parent.parent if source.version else source.directory
    candidate = home.parent.parent.joinpath(*GENERIC_TEMPLATE)
    inside = candidate.is_relative_to(config.root) and candidate.is_file()
    return candidate if inside else None


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


def has_passed(source: ModuleSource, config: Config, manifest: Manifest) -> bool:
    """Return whether the local cache says that the package passed the configured steps."""
    if not config.steps:
        return True
    try:
        lines = _verdict_file(source, config).read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError):
        return False
    return lines[0] == _verdict(source, config, manifest, lines[1:])


def record_pass(
    source: ModuleSource,
    config: Config,
    manifest: Manifest,
    models: frozenset[str],
    imported: frozenset[Path],
) -> None:
    """Remember that the package passed.

    `models` are the modules that its types come from, `imported` the files that its imports lead to.

    A cache that cannot be written is no error: the next run then finds out again.
    """
    relied_on = {
        path
        for name in models
        for folder in config.sources
        for path in _files_of(folder.joinpath(*name.split(".")))
    }
    own = {path for path in imported if path.is_relative_to(config.root)}
    files = sorted(path.relative_to(config.root).as_posix() for path in relied_on | own)
    file = _verdict_file(source, config)
    try:
        make_cache(config)
        file.parent.mkdir(exist_ok=True)
        text = "\n".join([_verdict(source, config, manifest, files), *files])
        if not file.is_file() or file.read_text("utf-8") != text:
            temporary = file.with_suffix(".tmp")
            temporary.write_text(text, "utf-8")
            temporary.replace(file)
    except OSError:
        return


def make_cache(config: Config) -> None:
    """Create the local cache, which hides itself from version control. Raises OSError."""
    if not (ignore := config.cache / ".gitignore").exists():
        config.cache.mkdir(exist_ok=True)
        ignore.write_text("*\n")


def _verdict_file(source: ModuleSource, config: Config) -> Path:
    name = source.output.relative_to(config.root).as_posix()
    return config.cache / "passed" / digest(name.encode())[:32]


def _verdict(source: ModuleSource, config: Config, manifest: Manifest, models: list[str]) -> str:
    """Return the sum over all that decides whether the files pass: bytes, steps, tools, settings, models."""
    total = sha256()
    for name, sum_ in sorted(manifest.outputs.items()):
        total.update(f"{name}={sum_}\n".encode())
    for tool, version in sorted(tool_fingerprints(config.steps).items()):
        total.update(f"{tool}={version}\n".encode())
    total.update("\n".join(config.steps).encode())
    for file in settings_files(config.root, source.output):
        total.update(f"\n{file}={file_digest(file)}".encode())
    for model in models:
        total.update(f"\n{model}={_stamp(config.root / model)}".encode())
    return total.hexdigest()


def _files_of(path: Path) -> Iterator[Path]:
    """Yield the file or files of the module or package at `path`, which lacks its suffix."""
    if (file := path.with_name(path.name + ".py")).is_file():
        yield file
    elif (path / "__init__.py").is_file():
        yield from (file for file in path.glob("*.py") if file.is_file())


def _stamp(file: Path) -> str:
    try:
        status = file.stat()
    except OSError:
        return "missing"
    return f"{status.st_size}:{status.st_mtime_ns}"
