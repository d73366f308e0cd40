"""Sources -> ModuleSpec with positions: read `ws.yaml` and `ws.py`, run neither.

`load_module` gives a module's spec, the places of all that it says, and every diagnostic.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wsgen.load.module import Loaded, load_module
    from wsgen.load.python.type_names import TypeNames

__all__ = ["Loaded", "TypeNames", "load_module"]


def __getattr__(name: str) -> object:
    # pydantic and yaml cost most of a run in which nothing changed: they load on first use.
    if name in __all__:
        from wsgen.load import module

        return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
