"""The check of the legacy layout that a router can be imported from its generated package."""

import importlib
from pathlib import Path
from typing import overload

from wsgen.compat.legacy_layout import output_folder
from wsgen.startup.locate import calling_file, settings_of
from wsgen.syntax.module_names import importable_name


@overload
def verify_router_imports(module_name: str, router_class_name: str) -> tuple[bool, str]: ...
@overload
def verify_router_imports(
    module_name: str, version: str, router_class_name: str
) -> tuple[bool, str]: ...
def verify_router_imports(  # pyright: ignore[reportInconsistentOverload] - `names` takes the version
    module_name: str,
    *names: str,
    version: str | None = None,
    router_class_name: str | None = None,
) -> tuple[bool, str]:
    """Import a generated router; return whether that worked, and a line with the result.

    The package is that of the module, or of its `version` if it has versions. No router is instantiated, and no
    exception of the imported code is raised.
    """
    *versions, class_name = (*names, router_class_name) if router_class_name else names
    try:
        folder = output_folder(module_name, next(iter(versions), version), calling_file())
        name = _package_name(folder) if folder is not None else None
        if name is None:
            return False, f"Import failed: module '{module_name}' has no package to import"
        importlib.invalidate_caches()
        getattr(importlib.import_module(name), class_name)
    except ImportError as error:
        return False, f"Import failed: {error}"
    except AttributeError as error:
        return False, f"Router class not found: {error}"
    except Exception as error:  # the imported code of the project may raise anything
        return False, f"Verification failed: {error}"
    return True, f"✓ {class_name} imports successfully"


def _package_name(folder: Path) -> str | None:
    """Return the name of the package in `folder`, by the packages around it, else by the source folders."""
    if not (folder / "__init__.py").is_file():
        return None
    parts = importable_name(folder / "__init__.py", ())
    if parts is None or len(parts) == 1:
        parts = importable_name(folder.with_name(f"{folder.name}.py"), settings_of(folder).sources)
    return ".".join(parts) if parts else None
