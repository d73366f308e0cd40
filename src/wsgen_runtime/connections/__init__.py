"""Connections: who may connect, what each client asks for, and when its connection ends."""
