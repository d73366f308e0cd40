"""The metadata of both distributions agree with each other and with what the packages import."""

import ast
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import wsgen

ROOT = Path(__file__).parents[2]
METADATA = {
    "wsgen": ROOT / "pyproject.toml",
    "wsgen_runtime": ROOT / "packaging" / "runtime" / "pyproject.toml",
}
# pydantic pins its own core, only pytest imports its plugin, and only apps of FastAPI ask for a router of it.
BROUGHT_ALONG = {"fastapi", "pydantic-core", "pytest"}


def project_of(package: str) -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads(METADATA[package].read_text("utf-8"))["project"]
    return project


def names_in(requirements: Iterable[str]) -> set[str]:
    return {canonicalize_name(Requirement(requirement).name) for requirement in requirements}


def imported_by(package: str) -> Iterator[str]:
    """Yield the top packages that any module of `package` imports, wherever in the module."""
    for file in (ROOT / "src" / package).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.partition(".")[0]


def test_the_extra_runtime_needs_the_same_version() -> None:
    assert project_of("wsgen")["optional-dependencies"]["runtime"] == [
        f"wsgen-runtime=={wsgen.__version__}"
    ]


def test_both_distributions_need_the_same_python() -> None:
    versions = {project_of(package)["requires-python"] for package in METADATA}
    assert len(versions) == 1


def test_both_distributions_contain_the_licence_of_the_project() -> None:
    copy = ROOT / "packaging" / "runtime" / "LICENSE"
    assert copy.read_bytes() == (ROOT / "LICENSE").read_bytes()


@pytest.mark.parametrize("package", METADATA)
def test_dependencies_are_what_the_package_imports(package: str) -> None:
    homes = packages_distributions()
    imported = {name for name in imported_by(package) if name not in sys.stdlib_module_names}
    found = {
        canonicalize_name(home) for name in imported - {package} for home in homes.get(name, [name])
    }
    project = project_of(package)
    declared = names_in(project["dependencies"])
    assert declared <= found, "declared, but not imported"
    extras = chain.from_iterable(project["optional-dependencies"].values())
    undeclared = found - declared - names_in(extras) - BROUGHT_ALONG
    assert not undeclared, "imported, but not declared"
