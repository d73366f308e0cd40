"""Generation of routers: what the in-house generator offered, now of wsgen."""

from wsgen.compat import (
    RouterSpec,
    generate_init_file,
    generate_module_routers,
    generate_router_code,
    parse_router_specs_from_file,
    run_quality_checks_for_module,
)

__all__ = [
    "RouterSpec",
    "generate_init_file",
    "generate_module_routers",
    "generate_router_code",
    "parse_router_specs_from_file",
    "run_quality_checks_for_module",
]
