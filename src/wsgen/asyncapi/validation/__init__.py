"""Checks of AsyncAPI documents from any source, versions 2.0 to 3.1."""
