"""The wire protocol, without I/O: the content of frames and the names of topics."""
