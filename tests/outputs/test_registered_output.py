"""An output that only this test registers: what wsgen does with a package holds for its TypeScript files too."""

import os
import signal
from pathlib import Path

import pytest
from tests.conftest import DATAFEED, Project
from tests.forks import DYING, forks

from wsgen.manifest import MANIFEST, read_manifest
from wsgen.model import ModuleSpec
from wsgen.outputs.contract import Language, RenderContext, RenderedFile
from wsgen.outputs.registry import OUTPUTS

OUT = "specs/datafeed/ws_generated"
CHANGED = DATAFEED.replace("quotes", "ticks").replace("route: bars", "route: candles")


def render_typescript(module: ModuleSpec, context: RenderContext) -> dict[str, RenderedFile]:
    """Render a file for each route, and an index that imports them."""
    routes = [router.route for router in module.routers]
    files = {
        f"client/{route}.ts": RenderedFile(f"export const route = '{route}' as const;\n")
        for route in routes
    }
    index = "".join(f"import './{route}';\n" for route in routes)
    return {"client/index.ts": RenderedFile(index, rank=1), **files}


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OUTPUTS, "typescript", render_typescript)


def imported(folder: Path) -> list[Path]:
    """The files that the index imports."""
    lines = (folder / "index.ts").read_text("utf-8").splitlines()
    return [folder / line.removeprefix("import './").replace("';", ".ts") for line in lines]


def test_its_files_are_written_and_current_afterwards(project: Project) -> None:
    assert project.wsgen("render").code == 0
    assert project.read(f"{OUT}/client/bars.ts") == "export const route = 'bars' as const;\n"
    manifest = read_manifest(project.root / OUT)
    assert manifest is not None
    assert list(manifest.outputs)[-2:] == ["__init__.py", "client/index.ts"]
    before = project.snapshot()
    outcome = project.wsgen("render")
    assert "2 routers: 1 current" in outcome.stdout
    assert project.snapshot() == before


def test_tools_for_python_do_not_see_its_files(project: Project) -> None:
    settings = project.read("pyproject.toml").replace("[]", '["ruff-format", "ruff-check"]')
    project.write("pyproject.toml", settings)
    outcome = project.wsgen("render")
    assert outcome.code == 0, outcome.stderr
    assert (project.root / OUT / "client/index.ts").is_file()


def test_a_python_file_in_a_folder_passes_through_the_tools(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def render(*_: object) -> dict[str, RenderedFile]:
        text = "import os\nX  =  'x'\n"
        return {"client/routes.py": RenderedFile(text, Language.PYTHON)}

    monkeypatch.setitem(OUTPUTS, "typescript", render)
    settings = project.read("pyproject.toml")
    project.write("pyproject.toml", settings.replace("[]", '["ruff-format", "ruff-fix"]'))
    assert project.wsgen("render").code == 0
    assert project.read(f"{OUT}/client/routes.py") == 'X = "x"\n'
    project.write("pyproject.toml", settings.replace("[]", '["ruff-check"]'))
    outcome = project.wsgen("render", "--force")
    assert outcome.code == 1
    assert "`os` imported but unused" in outcome.stderr


def test_check_and_diff_report_a_file_that_is_missing(project: Project) -> None:
    project.wsgen("render")
    (project.root / OUT / "client/bars.ts").unlink()
    outcome = project.wsgen("check")
    assert outcome.code == 1
    assert "client/bars.ts is missing; render would change client/bars.ts" in outcome.stderr
    outcome = project.wsgen("diff")
    assert outcome.code == 1
    assert f"+++ b/{OUT}/client/bars.ts" in outcome.stdout
    assert "+export const route = 'bars' as const;" in outcome.stdout


def test_check_reports_a_rule_by_which_git_ignores_its_files(project: Project) -> None:
    project.wsgen("render")
    project.write(".gitignore", "*.ts\n")
    outcome = project.wsgen("check")
    assert "git ignores `client/bars.ts` in the package of module `datafeed`" in outcome.stderr


def test_an_edit_by_hand_is_kept_unless_forced(project: Project) -> None:
    project.wsgen("render")
    edited = project.write(f"{OUT}/client/bars.ts", "// mine\n")
    outcome = project.wsgen("render")
    assert outcome.code == 1
    assert "client/bars.ts was edited by hand" in outcome.stderr
    assert edited.read_text("utf-8") == "// mine\n"
    assert project.wsgen("render", "--force").code == 0
    assert edited.read_text("utf-8") != "// mine\n"


def test_files_that_are_no_longer_rendered_go(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.wsgen("render")
    project.write("specs/datafeed/ws.yaml", CHANGED)
    assert project.wsgen("render").code == 0
    names = sorted(file.name for file in (project.root / OUT / "client").iterdir())
    assert names == ["candles.ts", "index.ts", "ticks.ts"]
    monkeypatch.delitem(OUTPUTS, "typescript")
    project.write("specs/datafeed/ws.yaml", DATAFEED)
    assert project.wsgen("render").code == 0
    assert not (project.root / OUT / "client").exists()


def test_clean_removes_its_files_and_folder_and_nothing_else(project: Project) -> None:
    project.wsgen("render")
    foreign = project.write(f"{OUT}/client/mine.ts", "// mine\n")
    assert project.wsgen("clean").code == 0
    assert list((project.root / OUT).rglob("*.*")) == [foreign]
    foreign.unlink()
    project.wsgen("render")
    assert project.wsgen("clean").code == 0
    assert not (project.root / OUT).exists() or not list((project.root / OUT).iterdir())


@pytest.mark.parametrize("command", ["render", "clean"])
def test_a_link_in_place_of_its_folder_is_not_followed(project: Project, command: str) -> None:
    project.wsgen("render")
    elsewhere = project.root / "elsewhere"
    (project.root / OUT / "client").rename(elsewhere)
    (project.root / OUT / "client").symlink_to(elsewhere)
    before = {file: file.read_bytes() for file in elsewhere.iterdir()}
    project.write("specs/datafeed/ws.yaml", CHANGED)
    outcome = project.wsgen(command)
    assert outcome.code != 0
    assert "a link is in its place" in outcome.stderr
    assert {file: file.read_bytes() for file in elsewhere.iterdir()} == before


@pytest.mark.parametrize(
    "path",
    ["../up.ts", "/root.ts", ".hidden.ts", "a//b.ts", MANIFEST, "c:d", "not_for_the_tools.py"],
)
def test_a_path_that_may_not_be_in_a_package_is_a_defect(
    project: Project, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setitem(OUTPUTS, "typescript", lambda *_: {path: RenderedFile("")})
    with pytest.raises(ValueError, match="the output `typescript` must not render a file called"):
        project.wsgen("render")
    assert not (project.root / OUT).exists()


@pytest.mark.slow  # as tests/commit/test_commit.py shows for packages
def test_killed_at_any_point_the_index_imports_what_exists_and_the_next_run_completes(
    project: Project,
) -> None:
    """SIGKILL before each single file operation of a commit, and of the removal of the package."""
    register = """
from tests.outputs.test_registered_output import OUTPUTS, render_typescript
OUTPUTS["typescript"] = render_typescript
"""
    client = project.root / OUT / "client"
    code = 'command, left = argument.split(":"); left = int(left); sys.exit(run([command]))'
    repository = str(Path(__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": repository, "PYTHONDONTWRITEBYTECODE": "1"}
    with forks(
        before=register + DYING, code=code, root=project.root, environment=environment
    ) as dying:
        for command in ("render", "clean"):
            point = 0
            point, ended = 0, -signal.SIGKILL
            while ended == -signal.SIGKILL:
                project.write("specs/datafeed/ws.yaml", DATAFEED)
                assert project.wsgen("render").code == 0
                project.write("specs/datafeed/ws.yaml", CHANGED)
                [ended] = dying.run(f"{command}:{point}")
                if (client / "index.ts").exists():
                    assert all(file.is_file() for file in imported(client)), (command, point)
                outcome = project.wsgen("render")
                assert outcome.code == 0, (command, point, outcome.stderr)
                names = sorted(file.name for file in client.iterdir())
                assert names == ["candles.ts", "index.ts", "ticks.ts"], (command, point)
                point += 1
            assert ended == 0
            assert point > 9
