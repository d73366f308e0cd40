"""Generate routers at app start: find the project of the running program, and `generate_module_routers`."""
