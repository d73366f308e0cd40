"""Rendering with all seven steps: what comes out passes every tool, what fails fails alone."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import DATAFEED, MODELS, ModelsCache, Project

from wsgen import GenerationError, generate_module_routers

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
OUTPUTS = sorted(
    str(path.parent.relative_to(ROOT)) for path in ROOT.glob("specs/*/ws_generated/__init__.py")
)


@pytest.mark.parametrize(
    "command",
    [
        ("black", "--check", "--quiet"),
        ("ruff", "format", "--check"),
        ("ruff", "check"),
        ("flake8",),
        ("isort", "--check-only"),
        ("mypy", "--strict"),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_committed_output_passes_each_tool_in_check_mode(command: tuple[str, ...]) -> None:
    ended = subprocess.run(
        [BIN / command[0], *command[1:], *OUTPUTS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_type_that_does_not_exist_fails_its_module_only(
    project: Project, models_cache: ModelsCache
) -> None:
    models_cache.lend(project.root)
    project.write(
        "pyproject.toml",
        '[tool.wsgen]\npaths = ["specs"]\n\n[tool.wsgen.quality]\nsteps = ["ruff-format", "mypy"]\n',
    )
    project.write("specs/broker/ws.yaml", "version: 1\nmodels: app.models\nrouters:\n"
                  "  OrderWsRouter:\n    request: BarRequest\n    data: Nonexistent\n")  # fmt: skip
    outcome = project.wsgen("render")
    assert outcome.code == 1
    assert "specs/broker/ws.yaml:6:11: error[WSG309]" in outcome.stderr
    assert "    6 |     data: Nonexistent\n      |           ^^^^^^^^^^^" in outcome.stderr
    assert (project.root / "specs/datafeed/ws_generated/__init__.py").exists()
    assert not (project.root / "specs/broker/ws_generated").exists()
    with pytest.raises(RuntimeError, match="broker") as raised:
        generate_module_routers("broker", root=project.root)
    assert isinstance(raised.value, GenerationError)

    project.write(
        "src/app/models.py",
        project.read("src/app/models.py") + "\n\nclass Nonexistent(Bar):\n    pass\n",
    )
    assert project.wsgen("render").code == 0
    assert project.wsgen("check").code == 0

    # The generated files are what they were, but the type they import is gone again.
    project.write(
        "src/app/models.py", project.read("src/app/models.py").replace("Nonexistent", "Renamed")
    )
    outcome = project.wsgen("check", "--module", "broker")
    assert outcome.code == 1
    assert "Nonexistent" in outcome.stderr

    # Classes in classes are for the type checker, which says it at the same place.
    source = project.read("specs/broker/ws.yaml").replace("Nonexistent", "app.models:Bar.Inner")
    project.write("specs/broker/ws.yaml", source)
    outcome = project.wsgen("check", "--module", "broker")
    assert "specs/broker/ws.yaml:6:11: error[WSG513]: mypy in module `broker`" in outcome.stderr


def test_a_module_of_a_namespace_package_passes_mypy(
    project: Project, models_cache: ModelsCache
) -> None:
    models_cache.lend(project.root)
    project.write(
        "pyproject.toml", '[tool.wsgen]\npaths = ["src"]\n[tool.wsgen.quality]\nsteps = ["mypy"]\n'
    )
    project.write("src/acme/feeds/__init__.py", "")
    project.write("src/acme/feeds/models.py", MODELS)
    project.write("src/acme/feeds/ws.yaml", DATAFEED.replace("app.models", "acme.feeds.models"))
    outcome = project.wsgen("render")
    assert outcome.code == 0, outcome.stderr
