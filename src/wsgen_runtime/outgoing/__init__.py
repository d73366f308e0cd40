"""Sending to clients: the queue of each client, and how its frames reach the ASGI server."""
