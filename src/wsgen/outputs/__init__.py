"""Render the files of a module's package. Outputs are registered by name; nothing is written here."""
