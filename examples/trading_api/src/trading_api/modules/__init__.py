"""The modules of the app: each folder here is one, found by the registry."""
