"""The same checks on every ASGI server that is known to be used: `make servers`."""
