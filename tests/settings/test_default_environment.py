"""Which environment a project has: that of the setting, the activated one, its `.venv`, or that of wsgen."""

import os
import sys
from pathlib import Path

import pytest
from tests.environments import PYTHON, SCRIPTS, make_environment

from wsgen.environment import running_environment
from wsgen.errors import ConfigError
from wsgen.settings.project_file import load_config
from wsgen.startup.locate import settings_of


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Environments that projects link to."""
    folder = tmp_path_factory.mktemp("made")
    make_environment(folder / "one")
    make_environment(folder / "other")
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "pyproject.toml").touch()
    return root


def chosen(root: Path) -> tuple[str, str]:
    config = load_config(root)
    assert not config.warnings
    return os.path.realpath(config.environment.prefix), config.environment.reason


def test_without_any_it_is_the_one_that_wsgen_runs_in(root: Path) -> None:
    assert load_config(root).environment == running_environment("wsgen runs in it")


def test_the_project_has_its_own(root: Path, made: Path) -> None:
    (root / ".venv").symlink_to(made / "one")
    assert chosen(root) == (str(made / "one"), "the project has .venv")


@pytest.mark.parametrize("marker", [".git", ".hg", "uv.lock"])
def test_that_of_a_workspace_or_repository_above_counts(
    tmp_path: Path, root: Path, made: Path, marker: str
) -> None:
    (tmp_path / marker).mkdir()
    (tmp_path / ".venv").symlink_to(made / "one")
    assert chosen(root) == (str(made / "one"), "the project has ../.venv")
    (root / ".venv").symlink_to(made / "other")
    assert chosen(root)[0] == str(made / "other")


def test_one_above_the_repository_is_of_somebody_else(
    tmp_path: Path, root: Path, made: Path
) -> None:
    (tmp_path / ".venv").symlink_to(made / "one")
    assert load_config(root).environment.is_running
    (root / ".git").mkdir()
    assert load_config(root).environment.is_running


def test_the_activated_one_comes_first(
    root: Path, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / ".venv").symlink_to(made / "one")
    monkeypatch.setenv("VIRTUAL_ENV", str(made / "other"))
    assert chosen(root) == (str(made / "other"), "VIRTUAL_ENV names it")


def test_the_environment_of_a_hook_of_pre_commit_does_not_count_as_activated(
    root: Path, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / ".venv").symlink_to(made / "one")
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    assert load_config(root).environment.is_running
    monkeypatch.setenv("PRE_COMMIT", "1")
    assert chosen(root)[0] == str(made / "one")


@pytest.mark.parametrize("setting", ["envs/one", f"envs/one/{PYTHON}"])
@pytest.mark.parametrize("file", ["pyproject.toml", "wsgen.toml"])
def test_the_setting_comes_before_all(
    root: Path, made: Path, monkeypatch: pytest.MonkeyPatch, setting: str, file: str
) -> None:
    (root / "envs").symlink_to(made)
    monkeypatch.setenv("VIRTUAL_ENV", str(made / "other"))
    table = "[tool.wsgen]\n" if file == "pyproject.toml" else ""
    (root / file).write_text(f'{table}python = "{setting}"\n')
    assert chosen(root) == (str(made / "one"), f"`python` in {file}")


@pytest.mark.parametrize("value", ["no/such", "pyproject.toml", "src"])
def test_a_setting_without_interpreter_is_an_error_at_its_place(root: Path, value: str) -> None:
    (root / "src").mkdir()
    (root / "pyproject.toml").write_text(f'[tool.wsgen]\npaths = []\npython = "{value}"\n')
    with pytest.raises(ConfigError) as caught:
        load_config(root)
    (found,) = caught.value.diagnostics
    assert (found.code, found.span and found.span.line) == ("WSG904", 3)
    assert value in found.message


def test_an_app_that_starts_uses_its_own_interpreter(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", "/no/such")
    (root / ".venv").mkdir()
    (root / "pyproject.toml").write_text('[tool.wsgen]\npython = "no/such"\n')
    config = load_config(root, running_environment())
    assert (config.environment.is_running, config.warnings) == (True, ())
    assert settings_of(root) == config


def test_what_has_no_interpreter_is_passed_over_with_a_warning(
    root: Path, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", "/no/such")
    (root / ".venv" / SCRIPTS).mkdir(parents=True)
    (root / ".venv" / PYTHON).symlink_to(root / "removed")
    config = load_config(root)
    assert config.environment.is_running
    assert [(item.code, item.message) for item in config.warnings] == [
        (
            "WSG905",
            "the environment /no/such is not used, because it does not exist (VIRTUAL_ENV names it)",
        ),
        (
            "WSG905",
            "the environment .venv is not used, because it has no interpreter that can be started "
            "(the project has .venv)",
        ),
    ]
