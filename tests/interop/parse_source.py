"""Parse generated files: `python parse_source.py dart|java FILE...` prints the place of each wrong syntax.

It is run by the Python of .venv-interop.
"""
# ruff: noqa: T201 - a program prints

import importlib
import sys
from pathlib import Path
from typing import Any  # the checks of the project run where there is no tree_sitter


def main(language: str, *files: str) -> None:
    tree_sitter: Any = importlib.import_module("tree_sitter")
    grammar = importlib.import_module(f"tree_sitter_{language}")
    parser = tree_sitter.Parser(tree_sitter.Language(grammar.language()))
    for file in files:
        place = first_error(parser.parse(Path(file).read_bytes()).root_node)
        if place:
            print(f"{Path(file).name}:{place}")


def first_error(node: Any) -> int:
    """Return the line of the first error in a tree, 0 without one."""
    if not node.has_error:
        return 0
    if node.is_error or node.is_missing:
        return int(node.start_point.row) + 1
    return next((line for child in node.children if (line := first_error(child))), 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
