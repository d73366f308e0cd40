"""Generation at app start: the project of the running program, and `generate_module_routers`."""
