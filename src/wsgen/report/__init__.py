"""Diagnostics -> text, json, github, sarif: one module a format, each a pure function to a string."""
