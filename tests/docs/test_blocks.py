"""Blocks of code in the docs: Python compiles and imports what exists, YAML and TOML say what wsgen reads.

`test_pages.py` runs them; here are those of files too that no command on their page reads.
"""

import ast
import importlib
import json
import re
import tomllib
from pathlib import Path

import jsonschema
import pytest
import yaml

from wsgen.errors import ConfigError
from wsgen.settings.project_file import load_config

from .pages import PAGES, ROOT, Block, blocks

SCHEMA = json.loads((ROOT / "schemas" / "ws.schema.json").read_text())
# The blocks of recipes are parts of files: `test_recipes.py` puts them there.
OF_USERS = tuple(page for page in PAGES if not page.startswith("docs/contributing/"))
ALL = [(page, block) for page in OF_USERS for block in blocks(page)]
KNOWN = {
    "python",
    "py",
    "yaml",
    "toml",
    "console",
    "text",
    "jinja",
    "json",
    "ini",
    "html",
    "javascript",
    "typescript",
    "tsx",
    "diff",
}


def of(language: str) -> list[object]:
    return [
        pytest.param(block, id=f"{page}:{block.line}")
        for page, block in ALL
        if block.language == language
    ]


@pytest.mark.parametrize("block", of("python"))
def test_python(block: Block) -> None:
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | ast.PyCF_ONLY_AST
    tree = compile(block.text, "docs", "exec", flags=flags, dont_inherit=True)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not node.level:
            if (node.module or "").partition(".")[0] not in ("wsgen", "wsgen_runtime"):
                continue
            module = importlib.import_module(node.module or "")
            for alias in node.names:
                assert hasattr(module, alias.name), f"{node.module} has no {alias.name}"


@pytest.mark.parametrize("block", of("yaml"))
def test_yaml(block: Block) -> None:
    data = yaml.safe_load(block.text)
    if not isinstance(data, dict) or "routers" not in data:
        return
    jsonschema.Draft202012Validator(SCHEMA).validate(data)


@pytest.mark.parametrize("block", of("toml"))
def test_toml(block: Block, tmp_path: Path) -> None:
    tomllib.loads(block.text)
    (tmp_path / "pyproject.toml").write_text(block.text)
    codes: set[str] = set()
    try:
        load_config(tmp_path)
    except ConfigError as error:
        codes = {item.code for item in error.diagnostics}
    # Files that a block names need not exist here; settings do.
    assert codes <= {"WSG904"}


def test_every_block_is_looked_at() -> None:
    assert {block.language for _, block in ALL} <= KNOWN
    for page in OF_USERS:
        fences = len(re.findall(r"^ *```", (ROOT / page).read_text("utf-8"), re.MULTILINE))
        assert fences == 2 * sum(1 for _ in blocks(page)), f"{page}: a block has no language"


@pytest.mark.parametrize("page", OF_USERS)
def test_codes_exist(page: str, codes: frozenset[str]) -> None:
    assert set(re.findall(r"WSG\d{3}", (ROOT / page).read_text())) <= codes


@pytest.fixture
def codes() -> frozenset[str]:
    from wsgen import codes

    return frozenset(codes.CODES)
