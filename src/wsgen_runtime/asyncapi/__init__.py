"""AsyncAPI documents of what is served: `describe` makes that of routers, `fill` puts schemas into a stub.

Names are resolved on first use: an export fills stubs without importing what serves them.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wsgen_runtime.asyncapi.document import describe as describe
    from wsgen_runtime.asyncapi.expressions import resolve_type as resolve_type
    from wsgen_runtime.asyncapi.schemas import UnfillableError as UnfillableError
    from wsgen_runtime.asyncapi.schemas import fill as fill

_HOMES = {
    "UnfillableError": "schemas",
    "describe": "document",
    "fill": "schemas",
    "resolve_type": "expressions",
}

__all__ = ["UnfillableError", "describe", "fill", "resolve_type"]


def __getattr__(name: str) -> object:
    """Import and return the public `name`; raises AttributeError for any other."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{home}"), name)
