"""`ws.py`, and the modules of the project that its types are from: read as syntax, never imported."""
