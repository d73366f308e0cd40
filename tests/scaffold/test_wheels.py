"""The wheel of a project has its modules: one is built, installed and served; others are told what is missing."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import Project
from tests.scaffold.test_layouts import make, pyproject
from tests.scaffold.test_served import serving, updates


@pytest.fixture
def installed(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with the wheel of a new project in it, installed."""
    root, target = make(tmp_path, {}, "wheel_shop"), tmp_path / "installed"
    monkeypatch.chdir(root)
    assert project.wsgen("init", "market").code == 0
    assert project.wsgen("render", "--no-quality").code == 0
    python = (sys.executable, "-m")
    build = (*python, "build", "--wheel", "--no-isolation", "--outdir", tmp_path / "dist", root)
    subprocess.run(build, check=True, capture_output=True, timeout=120)
    (wheel,) = (tmp_path / "dist").iterdir()
    install = (*python, "pip", "install", "--quiet", "--no-deps", "--target", target, wheel)
    subprocess.run(install, check=True, capture_output=True, timeout=120)
    return target


async def test_a_wheel_has_the_routers_and_is_served(installed: Path) -> None:
    package = installed / "wheel_shop/market"
    assert (package / "ws.yaml").is_file()
    assert (package / "ws_generated/asyncapi.json").is_file()
    async with serving("uvicorn wheel_shop.main:app", installed) as address:
        assert await updates(f"{address}/market/ws", "market") == [100.0, 100.5]


@pytest.mark.parametrize(
    ("more", "arguments", "says"),
    [
        (
            '[tool.setuptools]\npackages = ["shop"]\n',
            (),
            'names: add "shop.market", "shop.market.ws_generated".',
        ),
        ("", (), '    "*" = ["ws.yaml", "asyncapi.json", ".wsgen.json"]\n'),
        ("", ("--path", "specs"), "specs.market is in none of the packages that a wheel has"),
    ],
)
def test_what_a_wheel_would_leave_out_is_said(
    project: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    more: str,
    arguments: tuple[str, ...],
    says: str,
) -> None:
    files = {
        "pyproject.toml": pyproject("shop", "setuptools.build_meta", more),
        "shop/__init__.py": "",
    }
    monkeypatch.chdir(make(tmp_path, files, "shop"))
    outcome = project.wsgen("init", "market", *arguments)
    assert outcome.code == 0
    assert says in outcome.stdout
