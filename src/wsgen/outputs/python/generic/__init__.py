"""Routers made from the generic class of a project instead of a Jinja2 template."""
