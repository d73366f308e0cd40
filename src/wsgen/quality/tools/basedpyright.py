"""basedpyright, the type checker: pyright with more rules, which reads the settings of pyright too."""

from wsgen.quality.tools.pyright import type_checker

TOOL = type_checker("basedpyright")
