"""wsgen in an environment of its own, as pipx and uv install tools, on a project with a `.venv`."""

import os
import subprocess
from pathlib import Path

import pytest
from tests.conftest import ModelsCache, Project
from tests.environments import PYTHON, SCRIPTS, make_environment

pytestmark = pytest.mark.slow

PYPROJECT = """\
[tool.wsgen]
paths = ["specs"]

[tool.black]

[tool.mypy]
strict = true
mypy_path = "src"
"""


def test_a_project_is_rendered_checked_and_exported(
    project: Project, tmp_path: Path, models_cache: ModelsCache
) -> None:
    make_environment(tmp_path / "tool", ["wsgen"])
    make_environment(project.root / ".venv", ["wsgen-runtime", "black", "mypy"])
    project.write("pyproject.toml", PYPROJECT)
    models_cache.lend(project.root, "strict")

    def wsgen(*arguments: str) -> "subprocess.CompletedProcess[str]":
        ended = subprocess.run(
            [tmp_path / "tool" / SCRIPTS / "wsgen", *arguments],
            cwd=project.root,
            env={**os.environ, "PATH": os.defpath},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        assert ended.stderr == ""
        return ended

    shown = wsgen("render", "-v").stdout
    assert "black" in shown
    assert "written" in shown
    assert "1 current" in wsgen("check").stdout
    assert "asyncapi: 3.1.0" in wsgen("asyncapi", "export").stdout


def test_the_interpreter_of_the_project_is_not_started_to_render(
    project: Project, tmp_path: Path
) -> None:
    python = project.root / ".venv" / PYTHON
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n")
    python.chmod(0o755)
    project.write(
        "pyproject.toml", "[tool.wsgen]\npaths = ['specs']\n[tool.wsgen.quality]\nsteps = []\n"
    )
    rendered = project.wsgen("render", "-v")
    assert (rendered.code, rendered.stderr) == (0, "")
    assert rendered.stdout.startswith(f"{python}  the project has .venv\n")
    for command in ("render", "check", "validate", "list", "doctor"):
        project.wsgen(command)
    assert not (tmp_path / "started").exists()
    project.wsgen("asyncapi", "export")
    assert (tmp_path / "started").exists()
