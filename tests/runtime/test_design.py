"""The description of the runtime in docs/design.md names classes and methods that exist."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_design_names_what_exists() -> None:
    text = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    section = text.partition("## The runtime\n")[2].partition("\n## ")[0]
    named = set(re.findall(r"`([A-Z]\w+(?:\.\w+)?)`", section))
    existing = set()
    for path in (ROOT / "src" / "wsgen_runtime").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                methods = (item for item in node.body if isinstance(item, ast.FunctionDef))
                existing |= {node.name, *(f"{node.name}.{item.name}" for item in methods)}
    assert {"Feed", "Hub.deliver"} <= named
    assert named - existing == set()


def test_the_design_lists_every_room() -> None:
    text = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    section = text.partition("## The runtime\n")[2].partition("\n## ")[0]
    rows = "".join(line.split("|")[1] for line in section.splitlines() if line.startswith("| `"))
    children = {
        path.name + "/" if path.is_dir() else path.stem
        for path in (ROOT / "src" / "wsgen_runtime").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert set(re.findall(r"`([\w/]+)`", rows)) == children - {"__init__"}
