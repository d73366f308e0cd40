"""Turn diagnostics into text or a format of other programs: each format is a module with a pure function."""
