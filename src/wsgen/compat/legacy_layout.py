"""Find a module of the legacy layout, from the calling code or from the working directory."""

import os
from collections.abc import Iterator
from pathlib import Path

from wsgen.discovery.inputs import GENERIC_TEMPLATE
from wsgen.discovery.module_folder import module_at
from wsgen.settings.config import Config
from wsgen.source import ModuleSource
from wsgen.startup.locate import find_module, root_of, settings_of

_PATTERNS = ("modules", "*/modules", "src/*/modules", "*/src/*/modules")


def locate(module_name: str, caller: Path | None) -> tuple[Config, ModuleSource | None]:
    """Return the settings of the project, and the module called `module_name` if it declares anything.

    A folder `modules/<name>` above the calling file comes first, then one in the usual places below the project
    of the working directory, then one that the project's settings name.

    Raises ConfigError for wrong settings, GenerationError if there are several such modules.
    """
    folder = _folder(module_name, caller)
    config = settings_of(folder or Path.cwd())
    return config, module_at(folder, config) if folder else find_module(module_name, config)


def output_folder(module_name: str, version: str | None, caller: Path | None) -> Path | None:
    """Return the folder of a module's generated package, or of its `version`; None if there is no such module.

    Raises ConfigError for wrong settings, GenerationError if there are several such modules.
    """
    if version is None:
        _, source = locate(module_name, caller)
    else:
        folder = _folder(module_name, caller)
        source = module_at(folder / "ws" / version, settings_of(folder)) if folder else None
    return source.output if source is not None else None


def package_of(config: Config) -> Path | None:
    """Return the package of the legacy layout: the folder with `shared/ws/generic_route.py`, if there is one."""
    if config.template is not None:
        return None
    pattern = "/".join(GENERIC_TEMPLATE)
    for prefix in ("", "*/", "src/*/", "*/src/*/"):
        for file in sorted(config.root.glob(prefix + pattern)):
            return file.parents[len(GENERIC_TEMPLATE) - 1]
    return None


def _folder(name: str, caller: Path | None) -> Path | None:
    """Return the first folder of the module `name`, None if there is none."""
    return next(_folders(name, caller), None) if name.isidentifier() else None


def _folders(name: str, caller: Path | None) -> Iterator[Path]:
    if caller is not None:
        root = root_of(caller)
        for parent in caller.parents:
            if (parent / "modules" / name).is_dir():
                yield parent / "modules" / name
            if parent == root:
                break
    here = Path.cwd()
    for base in dict.fromkeys((here, root_of(here))):
        for pattern in _PATTERNS:
            yield from sorted(base.glob(f"{pattern}/{name}{os.sep}"))
