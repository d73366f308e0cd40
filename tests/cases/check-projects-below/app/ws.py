"""The sockets, which are none of wsgen."""
