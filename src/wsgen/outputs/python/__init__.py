"""The Python package of a module: its routers and the `__init__.py` that exports them."""
