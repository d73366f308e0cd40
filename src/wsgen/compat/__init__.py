"""The functions of the founding code, with the same names and the same behaviour.

A project in the legacy layout (`modules/<name>/ws.py`, `shared/ws/generic_route.py`) replaces the content of its
`shared/ws/module_router_generator.py` by imports from here; it needs no configuration. Unlike `wsgen render`
and `wsgen.generate_module_routers`, these functions own the output folder: they remove files that belong to no
router, and overwrite edits by hand.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wsgen.compat.generation import (
        generate_module_routers,
        generate_ws_routers,
        run_quality_checks_for_module,
    )
    from wsgen.compat.router_code import generate_init_file, generate_router_code
    from wsgen.compat.specs import RouterSpec, parse_router_specs_from_file
    from wsgen.compat.verification import verify_router_imports

_HOMES = {
    "RouterSpec": "specs",
    "generate_init_file": "router_code",
    "generate_module_routers": "generation",
    "generate_router_code": "router_code",
    "generate_ws_routers": "generation",
    "parse_router_specs_from_file": "specs",
    "run_quality_checks_for_module": "generation",
    "verify_router_imports": "verification",
}

__all__ = [
    "RouterSpec",
    "generate_init_file",
    "generate_module_routers",
    "generate_router_code",
    "generate_ws_routers",
    "parse_router_specs_from_file",
    "run_quality_checks_for_module",
    "verify_router_imports",
]


def __getattr__(name: str) -> object:
    # An app start that finds everything current must not import parsers and templates.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f"{__name__}.{_HOMES[name]}")
    value = globals()[name] = getattr(module, name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
