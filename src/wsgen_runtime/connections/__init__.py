"""Connections: who may connect, how the frames of a client are served, and when its connection ends."""
