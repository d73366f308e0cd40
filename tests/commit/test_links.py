"""Links that somebody has committed lead no write out of the project, whatever wsgen writes."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import Project

from wsgen import files
from wsgen.asyncapi.export.payload_schemas import Filled
from wsgen.compat import generate_module_routers

OUT = "specs/datafeed/ws_generated"
STEPS = '[tool.wsgen]\npaths = ["specs"]\nquality.steps = ["ruff-format"]\n'
ALIAS = (
    "from typing import TypeAlias\nfrom wsgen_runtime import WsRouter\nfrom app.models import Bar\n\n"
    "TickWsRouter: TypeAlias = WsRouter[Bar, Bar]\n"
)


@pytest.fixture
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("outside")


@pytest.fixture
def same_name(monkeypatch: pytest.MonkeyPatch) -> str:
    """Let every new file have the name that is returned, as if somebody could foretell it."""
    monkeypatch.setattr(os, "urandom", bytes)
    return f".wsgen-{os.getpid()}-00000000.tmp"


def link(place: Path, target: Path) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(target)
    return target


@pytest.mark.parametrize("command", ["render", "check"])
@pytest.mark.parametrize("name", ["", "known", "mypy", "mypy/3.11", ".gitignore"])
def test_a_cache_that_leads_out_of_the_project_is_not_used(
    project: Project, outside: Path, command: str, name: str
) -> None:
    project.write("pyproject.toml", STEPS)
    if command == "check":
        project.wsgen("render", "--no-quality")
        shutil.rmtree(project.root / ".wsgen_cache")
    target = link(project.root / ".wsgen_cache" / name, outside / "new")
    if name != ".gitignore":
        target.mkdir()
    outcome = project.wsgen(command)
    assert "WSG415" in outcome.stderr
    assert f"it leads through a link to {target}" in outcome.stderr
    assert not target.is_file()
    assert not target.is_dir() or not any(target.iterdir())


@pytest.mark.parametrize("name", ["", "mypy"])
def test_a_cache_that_leads_elsewhere_in_the_project_is_not_used(
    project: Project, name: str
) -> None:
    project.write("pyproject.toml", STEPS)
    target = link(project.root / ".wsgen_cache" / name, project.root / "src")
    before = sorted(target.rglob("*"))
    outcome = project.wsgen("render")
    assert outcome.code == 0
    assert f"warning[WSG415]: the cache is not used: it leads through a link to {target}" in (
        outcome.stderr
    )
    assert sorted(target.rglob("*")) == before


def test_a_link_in_place_of_a_cache_entry_is_replaced(project: Project, outside: Path) -> None:
    project.write("pyproject.toml", STEPS)
    project.wsgen("render")
    [entry] = (project.root / ".wsgen_cache/known").iterdir()
    victim = outside / "victim"
    victim.write_bytes(entry.read_bytes())
    entry.unlink()
    link(entry, victim)
    project.write("src/app/models.py", project.read("src/app/models.py") + "# more\n")
    before = victim.read_bytes()
    assert project.wsgen("check").code == 0
    assert victim.read_bytes() == before


def test_a_cache_entry_behind_a_link_is_not_believed(project: Project) -> None:
    project.write("pyproject.toml", STEPS)
    project.wsgen("render")
    (project.root / ".wsgen_cache").rename(project.root / "committed")
    link(project.root / ".wsgen_cache", project.root / "committed")
    assert "quality unknown here" in project.wsgen("list").stdout


@pytest.mark.parametrize("folder", [OUT, ".wsgen_cache/known"])
def test_a_link_under_the_name_of_a_new_file_is_not_followed(
    project: Project, outside: Path, same_name: str, folder: str
) -> None:
    project.write("pyproject.toml", STEPS)
    victim = link(project.root / folder / same_name, outside / "victim")
    victim.write_text("mine")
    project.wsgen("render")
    assert victim.read_text() == "mine"


def test_staging_refuses_a_name_that_is_taken(
    tmp_path: Path, outside: Path, same_name: str
) -> None:
    victim = link(tmp_path / same_name, outside / "victim")
    with pytest.raises(FileExistsError):
        files.replace(tmp_path / "new", b"theirs")
    assert not victim.exists()
    assert (tmp_path / same_name).is_symlink()


@pytest.mark.parametrize("flags", [[], ["--remove-aliases"]])
def test_migrating_follows_no_link(project: Project, outside: Path, flags: list[str]) -> None:
    project.write("specs/ticks/ws.py", ALIAS)
    victim = link(project.root / "specs/ticks/.wsgen-migrate-ws.yaml.tmp", outside / "victim")
    assert project.wsgen("migrate", *flags).code == 0
    assert not victim.exists()


WRITERS: dict[str, Callable[[Project], object]] = {
    "docs/api.yaml": lambda project: project.wsgen("asyncapi", "export", "-o", "docs/api.yaml"),
    "docs/datafeed.json": lambda project: project.wsgen(
        "asyncapi", "export", "--per-module", "--format", "json", "-o", "docs"
    ),
    "docs": lambda project: project.wsgen("asyncapi", "export", "-o", "docs/api.yaml"),
    "docs/page.html": lambda project: project.wsgen("asyncapi", "html", "-o", "docs/page.html"),
    "specs/new/ws.yaml": lambda project: project.wsgen("init", "new"),
    "src/mine/__init__.py": lambda project: project.wsgen("init", "new", "--models", "mine.models"),
}


@pytest.mark.parametrize("name", WRITERS)
def test_what_is_asked_for_is_not_written_out_of_the_project(
    project: Project, outside: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    # The models' schemas have no part in this, and importing the models takes time.
    filled = lambda documents, **_: Filled(tuple(documents), {})  # noqa: E731
    monkeypatch.setattr("wsgen.asyncapi.export.export_documents.fill_documents", filled)
    target = link(project.root / name, outside / "target")
    if "." not in name:
        target.mkdir()
    WRITERS[name](project)
    assert not target.is_file()
    assert not target.is_dir() or not any(target.iterdir())


def test_strays_behind_a_link_are_kept_by_the_founding_generation(
    project: Project, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = outside / "other.cpython-311.pyc"
    kept.write_bytes(b"")
    modules = project.root / "modules"
    (project.root / "specs").rename(modules)
    link(modules / "datafeed/ws_generated/__pycache__", outside)
    monkeypatch.chdir(project.root)
    generate_module_routers("datafeed", skip_quality_checks=True)
    assert kept.exists()


@pytest.mark.parametrize(
    ("place", "code"),
    [
        (OUT, 2),
        (".wsgen_cache", 0),
        ("specs/other/ws.yaml", 1),
        ("specs/other", 0),
        ("src/app/more.py", 0),
    ],
)
def test_links_in_a_circle_are_an_error_at_most(project: Project, place: str, code: int) -> None:
    project.write("pyproject.toml", STEPS)
    link(project.root / place, Path(Path(place).name))
    assert project.wsgen("render").code == code
    assert project.wsgen("render", place).code in (0, 1, 2)
    assert project.wsgen("asyncapi", "export", "nothing", "-o", place).code == 2


def test_settings_that_name_a_link_to_itself_are_an_error(project: Project) -> None:
    project.write("pyproject.toml", STEPS.replace('["specs"]', '["loop"]'))
    link(project.root / "loop", Path("loop"))
    assert project.wsgen("render").code == 2
