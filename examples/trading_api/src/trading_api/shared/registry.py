"""The registry: which modules there are, and which of them this process serves."""

import importlib
from collections.abc import Sequence
from pathlib import Path

from trading_api.shared.module import Module


class ModuleRegistry:
    """The modules of an app by name."""

    def __init__(self) -> None:
        self._modules: dict[str, Module] = {}
        self._enabled: frozenset[str] | None = None

    def clear(self) -> None:
        """Forget all modules and which are enabled."""
        self._modules.clear()
        self._enabled = None

    def auto_discover(self, modules_dir: Path, package: str = "trading_api.modules") -> None:
        """Register the module of each package in the folder: what its `create_module()` returns.

        Nothing is generated here, and nothing generated is imported.
        """
        for folder in sorted(modules_dir.iterdir()):
            if (folder / "__init__.py").is_file():
                found = importlib.import_module(f"{package}.{folder.name}")
                self._modules[folder.name] = found.create_module()

    def set_enabled_modules(self, names: Sequence[str] | None) -> None:
        """Enable the modules with these names only, or all of them.

        Raises ValueError for an unknown name.
        """
        if unknown := sorted(set(names or ()) - self._modules.keys()):
            known = ", ".join(sorted(self._modules))
            raise ValueError(f"there is no module {', '.join(unknown)}; there are {known}")
        self._enabled = None if names is None else frozenset(names)

    def get_enabled_modules(self) -> list[Module]:
        """Return the enabled modules, by name."""
        return [
            module
            for name, module in sorted(self._modules.items())
            if self._enabled is None or name in self._enabled
        ]


registry = ModuleRegistry()
