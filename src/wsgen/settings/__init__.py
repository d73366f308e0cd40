"""The project's settings: `wsgen.toml` or `[tool.wsgen]` in `pyproject.toml` -> Config, with places."""
