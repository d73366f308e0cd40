"""The settings that a project gets with its first module: in its pyproject.toml, or a file of their own."""

import re
import tomllib
from pathlib import Path

from wsgen._version import __version__
from wsgen.errors import ConfigError
from wsgen.files import bytes_of, read_file
from wsgen.report.display import printable
from wsgen.scaffold.package_folders import Package, package_name
from wsgen.scaffold.project import Project, problem
from wsgen.scaffold.texts import render_text
from wsgen.settings.choice import choose_steps
from wsgen.settings.config import default_sources
from wsgen.settings.key_places import WSGEN_TOML

ATTRIBUTES = ".gitattributes"
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9]+")


def settings_file(project: Project, package: Package, paths: list[str]) -> tuple[Path, bytes]:
    """Return the file with the settings of wsgen, and its new content.

    A project without a `pyproject.toml` gets a `wsgen.toml`, since tools take a new `pyproject.toml` for the top
    of a project; a new project gets a whole `pyproject.toml`. Raises ConfigError if nothing can be added to it.
    """
    root = project.root
    pyproject = root / "pyproject.toml"
    in_pyproject = pyproject.is_file() or project.is_new
    sources = () if package.imported_from in _by_default(root, package) else [package.imported_from]
    steps = [
        {"step": step, "reason": printable(reason)}
        for step, reason in choose_steps(root, project.environment).chosen
    ]
    values = {
        "table": in_pyproject,
        "paths": paths,
        "sources": [folder.relative_to(root).as_posix() for folder in sources],
        "steps": steps,
    }
    settings = render_text("settings.toml", values)
    if project.is_new:
        top = package.parts[0]
        name = _NOT_IN_A_NAME.sub("-", root.name).strip("-") or top
        located = package_name(name) == top
        named = {"name": name, "package": top, "located": located, "version": __version__}
        settings = f"{render_text('pyproject.toml', named)}\n{settings}"
    if not in_pyproject:
        return root / WSGEN_TOML, settings.encode()
    return pyproject, _extended((bytes_of(pyproject) or b"").decode(), settings)


def attributes_file(root: Path, output: str) -> tuple[Path, bytes] | None:
    """Return the `.gitattributes` that marks generated packages, None if the repository has the line.

    Raises OSError if the file that is there cannot be read.
    """
    line = f"{_pattern(output)} linguist-generated"
    for folder in (root, *root.parents):
        data = bytes_of(folder / ATTRIBUTES) or b""
        if any(each.split()[:2] == line.encode().split() for each in data.splitlines()):
            return None
        if (folder / ".git").exists():
            break
    file = root / ATTRIBUTES
    before = read_file(file) if file.is_file() else b""
    end = b"\r\n" if b"\r\n" in before else b"\n"
    gap = end if before and not before.endswith(b"\n") else b""
    return file, before + gap + line.encode() + end


def _by_default(root: Path, package: Package) -> tuple[Path, ...]:
    made = (root / "src",) if package.imported_from == root / "src" else ()
    return (*made, *default_sources(root))


def _extended(text: str, settings: str) -> bytes:
    end = "\r\n" if "\r\n" in text else "\n"
    if text and not text.endswith("\n"):
        text += end
    gap = "\n" if text and not text.endswith(2 * end) else ""
    text += (gap + settings).replace("\n", end)
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = f"pyproject.toml takes no table [tool.wsgen]: {error}"
        help_text = (
            f"Write an empty {WSGEN_TOML} beside it, for the settings, and run `wsgen init` again."
        )
        raise ConfigError(message, [problem(message, help_text)]) from error
    return text.encode()


def _pattern(output: str) -> str:
    """Return the pattern of git for all packages, from the setting `output`."""
    pattern = (
        output.replace("{source_dir}", "**").replace("{module}", "*").replace("{version}", "*")
    )
    return f"{pattern.strip('/')}/**"
