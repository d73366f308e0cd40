"""`wsgen init`: what it writes is valid, and what is there stays byte for byte as it was."""

from pathlib import Path

import pytest
from tests.conftest import Project


@pytest.fixture
def empty(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "new"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize(
    "name",
    ["list", "any", "union", "none", "base_model", "delivery", "type", "dict", "x_1"],
)
def test_any_name_that_is_taken_gives_a_project_that_renders(
    project: Project, empty: Path, name: str
) -> None:
    assert project.wsgen("init", name, "--models", "firstapp.models").code == 0
    rendered = project.wsgen("render", "--no-quality")
    assert (rendered.code, rendered.stderr) == (0, "")
    assert "class BaseModel(" not in (empty / "src/firstapp/models.py").read_text()


@pytest.mark.parametrize(
    "arguments",
    [
        ["__"],
        ["_"],
        ["1"],
        ["_1"],
        ["__pycache__"],
        ["class"],
        ["true"],
        ["x", "--models", "a..b"],
        ["x", "--models", "a/b.py"],
        ["x", "--path", "a\nb"],
        ["x", "--path", ".."],
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(
    project: Project, empty: Path, arguments: list[str]
) -> None:
    outcome = project.wsgen("init", *arguments)
    assert outcome.code == 2
    assert "Error: " in outcome.stderr
    assert list(empty.iterdir()) == []


def test_models_that_cannot_be_looked_for_are_taken_for_the_users_own(
    project: Project, empty: Path
) -> None:
    assert project.wsgen("init", "x", "--models", "__main__").code == 0
    assert not (empty / "__main__.py").exists()


def test_a_path_of_any_letters_is_valid_toml(project: Project, empty: Path) -> None:
    assert project.wsgen("init", "x", "--path", 'a"b\\é').code == 0
    assert project.wsgen("validate").stdout.startswith("✓ 1 module, 1 router")


def test_line_ends_and_permissions_are_kept(project: Project, empty: Path) -> None:
    file = empty / "pyproject.toml"
    file.write_bytes(b'[project]\r\nname = "x"  # see [tool.wsgen] docs')
    file.chmod(0o640)
    assert project.wsgen("init", "x").code == 0
    assert file.read_bytes() == (
        b'[project]\r\nname = "x"  # see [tool.wsgen] docs\r\n'
        b'\r\n[tool.wsgen]\r\npaths = ["specs"]\r\n'
    )
    assert file.stat().st_mode & 0o777 == 0o640
    assert {entry.name for entry in empty.iterdir()} == {"pyproject.toml", "specs", "src"}


@pytest.mark.parametrize("text", ["[tool.wsgen]\n", 'tool.wsgen.paths = ["specs"]\n'])
def test_settings_that_are_there_are_kept(project: Project, empty: Path, text: str) -> None:
    (empty / "pyproject.toml").write_text(text)
    assert project.wsgen("init", "x").code == 0
    assert (empty / "pyproject.toml").read_text() == text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[project\n", "pyproject.toml:1:9: error[WSG900]: pyproject.toml is not valid TOML"),
        ("tool = {}\n", "put the settings into wsgen.toml"),
    ],
)
def test_a_file_that_cannot_be_extended_stays_as_it_is(
    project: Project, empty: Path, text: str, says: str
) -> None:
    (empty / "pyproject.toml").write_text(text)
    outcome = project.wsgen("init", "x")
    assert outcome.code == 2
    assert says in outcome.stderr
    assert [entry.name for entry in empty.iterdir()] == ["pyproject.toml"]
    assert (empty / "pyproject.toml").read_text() == text


def test_a_write_that_fails_leaves_the_file_whole(
    project: Project, empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (empty / "pyproject.toml").write_text("# mine\n")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    outcome = project.wsgen("init", "x")
    assert outcome.code == 2
    assert "pyproject.toml cannot be written: No space left on device" in outcome.stderr
    assert [entry.name for entry in empty.iterdir()] == ["pyproject.toml"]
    assert (empty / "pyproject.toml").read_text() == "# mine\n"


@pytest.mark.parametrize(
    ("module", "reason"),
    [("class", "it is a keyword of Python"), ("2x", "begin with a letter"), ("a-b", "letters")],
)
def test_a_name_that_cannot_be_a_module_is_refused_with_the_reason(
    project: Project, module: str, reason: str
) -> None:
    outcome = project.wsgen("init", module)
    assert outcome.code == 2
    assert f"'{module}' cannot name a module: " in outcome.stderr
    assert reason in outcome.stderr
