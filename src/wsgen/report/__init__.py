"""Turn diagnostics into text, JSON, GitHub commands or SARIF: each format is a module with a pure function."""
