"""Runs the same checks on every supported ASGI server: `make servers`."""
