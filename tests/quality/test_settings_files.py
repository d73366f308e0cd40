"""Modules share a command line of a tool exactly if it reads the same settings for them."""

from pathlib import Path

import pytest

from wsgen.environment import running_environment
from wsgen.quality.settings_files import Homes
from wsgen.quality.tools import black, tool_of
from wsgen.settings.config import STEPS

PLAIN = '[project]\nname = "one"\nversion = "1"\n'
ALL = {"black", "ruff", "isort"}
PLACES = ("packages/one/bars", "packages/two/bars", "packages/two/quotes")


@pytest.mark.parametrize(
    ("name", "text", "apart"),
    [
        ("nothing", "", set()),
        ("pyproject.toml", PLAIN, set()),
        ("pyproject.toml", "[tool.mypy]\nstrict = true\n", set()),
        ("pyproject.toml", "[tool.black]\n", {"black"}),
        ("pyproject.toml", "[tool.ruff.lint]\n", {"ruff"}),
        ("pyproject.toml", "[tool]\nisort.profile = 'black'\n", {"isort"}),
        ("pyproject.toml", "not TOML", ALL),
        pytest.param("pyproject.toml", f"x = {'[' * 100_000}", ALL, id="nested too deeply"),
        ("ruff.toml", "", {"ruff"}),
        (".ruff.toml", "", {"ruff"}),
        ("setup.cfg", "[flake8]\n", set()),
        ("setup.cfg", "[isort]\n", {"isort"}),
        ("tox.ini", "[tool:isort]\n", {"isort"}),
        (".isort.cfg", "[settings]\n", {"isort"}),
        (".editorconfig", "[*.md]\nindent_size = 2\n", set()),
        (".editorconfig", "[*.{md,py}]\nindent_size = 2\n", {"isort"}),
        (".editorconfig", "[*]\nindent_size = 2\n", {"isort"}),
        (".git/HEAD", "", {"black", "isort"}),
        ("mypy.ini", "[mypy]\n", set()),
        (".flake8", "[flake8]\n", set()),
    ],
)
def test_settings_of_a_part_keep_its_modules_apart(
    tmp_path: Path, name: str, text: str, apart: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(black, "version_numbers", lambda *_: (24, 2))
    write(tmp_path / "pyproject.toml", "".join(f"[tool.{tool}]\n" for tool in sorted(ALL)))
    write(tmp_path / "packages/one" / name, text)
    outputs = [tmp_path / place / "ws_generated" for place in PLACES]
    homes = Homes(running_environment())
    for step in STEPS:
        groups = (
            [tuple(outputs[:1]), tuple(outputs[1:])] if STEPS[step] in apart else [tuple(outputs)]
        )
        assert homes.groups(tool_of(step), outputs) == groups, step


def test_an_old_black_takes_any_pyproject_toml(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(black, "version_numbers", lambda *_: (24, 1, 1))
    write(tmp_path / "packages/one/pyproject.toml", PLAIN)
    outputs = [tmp_path / place / "ws_generated" for place in PLACES]
    assert len(Homes(running_environment()).groups(black.TOOL, outputs)) == 2
    assert len(Homes(running_environment()).groups(tool_of("isort"), outputs)) == 1


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
