"""Start a module in a project: find out where it belongs, and write it there."""

from wsgen.scaffold.module import Started, start_module

__all__ = ["Started", "start_module"]
