"""Say what the wheel of a project would leave out of a module that is started in it."""

from collections.abc import Iterator
from pathlib import Path

from wsgen.files import bytes_of
from wsgen.scaffold.package_folders import Package, value_at
from wsgen.scaffold.project import Project

_DATA = '"*" = ["ws.yaml", "asyncapi.json", ".wsgen.json"]'


def left_out_of_wheel(
    project: Project, home: Package, package: str, generated: str
) -> Iterator[str]:
    """Yield for each kind of files that a wheel would not have what to do, as lines of text."""
    if value_at(project.pyproject, "build-system") is None:
        return
    packages = value_at(project.pyproject, "tool", "setuptools", "packages")
    inside = any(
        home.imported_from == known.imported_from and home.parts[: len(known.parts)] == known.parts
        for known in (*project.packages, *([project.package] if project.package else []))
    )
    if isinstance(packages, list):
        names = f'"{package}", "{generated}"'
        yield f"A wheel has only what `packages` of [tool.setuptools] names: add {names}."
    elif not inside:
        yield f"{package} is in none of the packages that a wheel has: choose one by `--path`."
    if _is_setuptools(project) and not _has_data(project):
        yield "A wheel of setuptools has only Python files. Generation at app start needs these too:"
        yield ""
        yield "    [tool.setuptools.package-data]"
        yield f"    {_DATA}"


def _is_setuptools(project: Project) -> bool:
    backend = value_at(project.pyproject, "build-system", "build-backend")
    return backend is None or str(backend).startswith("setuptools")


def _has_data(project: Project) -> bool:
    table = value_at(project.pyproject, "tool", "setuptools", "package-data")
    manifest: Path = project.root / "MANIFEST.in"
    return table is not None or bytes_of(manifest) is not None
