"""The mirror looks like the project and never writes through to it."""

from pathlib import Path

from wsgen.quality.mirror import mirrored
from wsgen.quality.settings_files import settings_files
from wsgen.quality.tools import tool_of
from wsgen.settings.config import STEPS

from .conftest import SETTINGS, Project

TOOLS = [tool_of(step) for step in STEPS]


def test_neighbours_are_links_and_staged_files_are_not(project: Project) -> None:
    module = project.module()
    project.write({"specs/other/ws.yaml": "", ".git/config": "", "specs/.gitignore": "*"})
    project.write({"specs/datafeed/ws_generated/old.py": "", ".mypy_cache/x": ""})
    with mirrored(project.root, [module], TOOLS) as mirror:
        top = mirror.top
        assert (top / "src").is_symlink()
        assert (top / "specs/other").is_symlink()
        assert (top / "specs/datafeed/ws.yaml").read_text() == (
            project.root / "specs/datafeed/ws.yaml"
        ).read_text()
        assert not (top / "specs/datafeed").is_symlink()
        assert not (top / "specs/.gitignore").exists()
        assert not (top / ".mypy_cache").exists()
        assert list((top / ".git").iterdir()) == []
        assert mirror.read(module) == module.files
        output = top / "specs/datafeed/ws_generated"
        assert {path.name for path in output.iterdir()} == set(module.files)
        (output / "barwsrouter.py").write_text("changed\r\n", newline="")
        assert mirror.read(module)["barwsrouter.py"] == "changed\r\n"
    assert not mirror.scratch.exists()
    assert (project.root / "specs/datafeed/ws_generated/old.py").exists()


def test_a_linked_directory_on_the_way_is_followed(project: Project, tmp_path: Path) -> None:
    (tmp_path / "elsewhere/datafeed").mkdir(parents=True)
    (tmp_path / "elsewhere/__init__.py").touch()
    (project.root / "specs").symlink_to(tmp_path / "elsewhere")
    module = project.module()
    with mirrored(project.root, [module], TOOLS) as mirror:
        assert (mirror.top / "specs/__init__.py").exists()
        assert mirror.read(module) == module.files


def test_directories_that_do_not_exist_yet_are_made(project: Project) -> None:
    module = project.module(place="generated/deep")
    for path in (module.output.parent / "ws.yaml", module.output.parent):
        path.unlink() if path.is_file() else path.rmdir()
    with mirrored(project.root, [module], TOOLS) as mirror:
        assert mirror.read(module) == module.files


def test_settings_files_are_those_in_all_folders_above_the_output(project: Project) -> None:
    (project.root.parent / ".git").mkdir()
    project.write({"../tox.ini": "", "../../setup.cfg": "", "specs/ruff.toml": ""})
    project.write({"specs/a/ws_generated/mypy.ini": "", "src/.isort.cfg": ""})
    names = tuple(dict.fromkeys(name for tool in TOOLS for name in tool.settings))
    known: dict[str, tuple[str, ...]] = {}
    found = settings_files(project.root / "specs/a/ws_generated", names, known=known)
    assert found == (
        project.root / "specs/ruff.toml",
        project.root / "pyproject.toml",
        project.root / ".flake8",
        project.root.parent / "tox.ini",
        project.root.parent.parent / "setup.cfg",
    )
    assert set(SETTINGS) <= set(names)
    again = settings_files(project.root / "specs/b/ws_generated", names, known=known)
    assert again == found
