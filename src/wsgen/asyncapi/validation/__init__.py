"""Check AsyncAPI documents of any origin, versions 2.0 to 3.1."""
