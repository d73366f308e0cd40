"""The wire protocol, without I/O: what frames say, and the names of topics."""
