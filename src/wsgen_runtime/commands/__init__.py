"""Carries out the commands of clients, in their order, and those with a key at most once."""
