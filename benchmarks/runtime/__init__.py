"""The runtime against FastWS, chanx and a bare loop of ASGI sends: `make bench-runtime`."""
