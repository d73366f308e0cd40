"""Projects as users have them before they know of wsgen, and what they install."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

from tests.first_hour.environments import Environment, Wheels, as_tool, uv, with_uv

APPLICATION = '''\
"""The shop's API."""

from fastapi import FastAPI

app = FastAPI(title="shop")


@app.get("/health")
def health() -> dict[str, str]:
    """Say that the server is up."""
    return {"status": "ok"}
'''
PROJECT = """\
[project]
name = "shop"
version = "1.0"
requires-python = ">=3.11"
dependencies = []

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
"""


class Begun(NamedTuple):
    """A project in which `wsgen init` can be run in `folder`; its gate is run in `root`."""

    folder: Path
    environment: Environment
    root: Path
    gate: tuple[str, ...] = ("check",)


Kind = Callable[[Path, Wheels], Begun]


def uv_src(folder: Path, wheels: Wheels) -> Begun:
    """Have what `uv init --package` writes, with an application in `src/shop`, and `uv add`."""
    uv("init", "--package", "--vcs", "none", "--name", "shop", folder, cwd=folder.parent)
    _write(folder / "src" / "shop" / "main.py", APPLICATION)
    uv("add", *wheels.requirements(), cwd=folder)
    uv("add", "--dev", "ruff", cwd=folder)
    return Begun(folder, Environment(folder / ".venv"), folder)


def poetry_flat(folder: Path, wheels: Wheels) -> Begun:
    """Have what `poetry new --flat` writes."""
    command = ("tool", "run", "poetry", "new", "--no-interaction", "--flat", "--name", "shop")
    uv(*command, folder, cwd=folder.parent)
    _write(folder / "shop" / "main.py", APPLICATION)
    return Begun(folder, with_uv(folder, *wheels.requirements(), "mypy", "black"), folder)


def requirements(folder: Path, wheels: Wheels) -> Begun:
    """Have a package `app` beside a requirements.txt, and nothing else."""
    listed = "\n".join((*wheels.requirements("quality,runtime"), ""))
    _write(folder / "requirements.txt", listed)
    _write(folder / "app" / "__init__.py", "")
    _write(folder / "app" / "main.py", APPLICATION)
    return Begun(folder, with_uv(folder, "-r", "requirements.txt"), folder)


def workspace_root(folder: Path, wheels: Wheels) -> Begun:
    """Have a uv workspace of two packages; the module is started in one of them, the gate looks at all."""
    member = _workspace(folder, wheels)
    return Begun(member, Environment(folder / ".venv"), folder, ("check", "--all-projects"))


def workspace_member(folder: Path, wheels: Wheels) -> Begun:
    """Have the same workspace, and work in the folder of a member."""
    member = _workspace(folder, wheels)
    return Begun(member, Environment(folder / ".venv"), member)


def ruff_only(folder: Path, wheels: Wheels) -> Begun:
    """Have a flat project that uses ruff with settings of its own."""
    settings = """
        [tool.ruff]
        line-length = 100

        [tool.ruff.lint]
        select = ["E", "F", "I", "UP", "B", "D"]

        [tool.ruff.lint.pydocstyle]
        convention = "google"

        [tool.ruff.format]
        quote-style = "single"
    """
    return _flat(folder, wheels, settings, "ruff")


def ruff_and_pyright(folder: Path, wheels: Wheels) -> Begun:
    """Have a flat project that uses ruff, and pyright in its strict mode."""
    settings = """
        [tool.ruff]
        line-length = 79

        [tool.pyright]
        typeCheckingMode = "strict"
    """
    return _flat(folder, wheels, settings, "ruff", "pyright")


def all_seven(folder: Path, wheels: Wheels) -> Begun:
    """Have a flat project that uses black, ruff, flake8, mypy and isort, as the founding project did."""
    settings = """
        [tool.black]
        line-length = 100

        [tool.ruff]
        line-length = 100

        [tool.ruff.format]
        docstring-code-format = true

        [tool.isort]
        profile = "black"
        line_length = 100

        [tool.mypy]
        strict = true
    """
    _write(folder / ".flake8", "[flake8]\nmax-line-length = 100\nextend-ignore = E203,W503\n")
    return _flat(folder, wheels, settings, "black", "ruff", "flake8", "isort", "mypy")


def wsgen_as_a_tool(folder: Path, wheels: Wheels) -> Begun:
    """Have a project whose environment has no wsgen, which `uv tool install` put into one of its own."""
    begun = _flat(folder, wheels, "", "ruff", "mypy", extras="")
    tools = as_tool(wheels, folder.parent / f"{folder.name}-tools")
    return begun._replace(environment=Environment(folder / ".venv", tools))


def _flat(
    folder: Path, wheels: Wheels, settings: str, *tools: str, extras: str = "runtime"
) -> Begun:
    _write(folder / "pyproject.toml", PROJECT + dedent(settings))
    _write(folder / "shop" / "__init__.py", '"""The shop."""\n')
    _write(folder / "shop" / "main.py", APPLICATION)
    return Begun(folder, with_uv(folder, *wheels.requirements(extras), *tools), folder)


def _workspace(folder: Path, wheels: Wheels) -> Path:
    members = [folder / "packages" / name for name in ("shop", "billing")]
    uv("init", "--bare", "--vcs", "none", "--name", "workspace", folder, cwd=folder.parent)
    for member in members:
        uv("init", "--package", "--vcs", "none", "--name", member.name, member, cwd=folder)
    uv("add", *wheels.requirements(), cwd=members[0])
    uv("add", "--dev", "ruff", cwd=folder)
    uv("sync", "--all-packages", cwd=folder)
    return members[0]


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
