"""An entry of the local cache holds only while nothing that the tool of its step looks at has changed."""

import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import MODELS, ModelsCache, Project, accompanied
from tests.environments import make_environment

from wsgen.environment import environment_at
from wsgen.freshness.fingerprints import Fingerprints
from wsgen.quality import run
from wsgen.quality.problems import Outcome
from wsgen.quality.processes import Processes
from wsgen.quality.tools import tool_of
from wsgen.settings.config import Config

STEPS = '[tool.wsgen]\npaths = ["specs"]\n\n[tool.wsgen.quality]\nsteps = {}\n'
PLUGIN = "[mypy]\nplugins = tools/plugin.py\n"
# What the libraries say has no part in this, and takes mypy seconds to read.
SKIPPED = "[mypy-pydantic.*,wsgen_runtime.*]\nfollow_imports = skip\n"
KNOWN = "/datafeed/ws  current  ("
UNKNOWN = "/datafeed/ws  current, quality unknown here  ("


def edit(project: Project, name: str, text: str) -> None:
    """Write a file so that it is newer than it was by the coarsest clock."""
    file = project.root / name
    before = file.stat().st_mtime_ns if file.exists() else 0
    project.write(name, text)
    os.utime(file, ns=(before + 1, max(before, file.stat().st_mtime_ns) + 1))


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True)


@pytest.fixture
def re_exporting(project: Project) -> Project:
    """The project with its models two re-exports away, and settings of ruff that extend others."""
    project.write("pyproject.toml", STEPS.format('["ruff-check"]'))
    project.write("src/app/models.py", "from shapes.inner.deep import *\n")
    project.write("src/shapes/__init__.py", "")
    project.write("src/shapes/inner/__init__.py", "")
    project.write("src/shapes/inner/deep.py", MODELS)
    project.write("ruff.toml", 'extend = "settings/one.toml"\n')
    project.write("settings/one.toml", "extend = './two.toml'\n")
    project.write("settings/two.toml", 'lint.select = ["F"]\n')
    return project


@pytest.fixture
def linted(re_exporting: Project) -> Project:
    """The same project, rendered and passed by the fastest of the tools."""
    assert re_exporting.wsgen("render").code == 0
    assert KNOWN in re_exporting.wsgen("list").stdout
    return re_exporting


@pytest.fixture
def typed(re_exporting: Project, models_cache: ModelsCache) -> Project:
    """The same project, passed by a formatter and a type checker with a plugin of the project's own."""
    project = re_exporting
    models_cache.lend(project.root, "plugin")
    project.write("pyproject.toml", STEPS.format('["ruff-format", "mypy"]'))
    project.write("mypy.ini", f"{PLUGIN}{SKIPPED}")
    plugin = "from mypy.plugin import Plugin\n\n\ndef plugin(version): return Plugin\n"
    project.write("tools/plugin.py", plugin)
    assert project.wsgen("render").code == 0
    return project


@pytest.fixture
def steps_run(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the steps whose tools were run since."""
    names = []
    run_process = Processes.run

    def run(self: Processes, argv: Sequence[str], **named: Any) -> Outcome:
        names.append(named["step"])
        return run_process(self, argv, **named)

    monkeypatch.setattr(Processes, "run", run)
    return names


def test_the_entry_of_a_type_checker_holds_while_all_that_it_reads_is_the_same(
    typed: Project,
) -> None:
    names = {
        "src/shapes/inner/deep.py": UNKNOWN,
        "src/shapes/inner/new.py": UNKNOWN,
        "src/app/models.pyi": UNKNOWN,
        "src/app.pyi": UNKNOWN,
        "src/app-stubs/models.pyi": UNKNOWN,
        "tools/plugin.py": UNKNOWN,
        "mypy.ini": UNKNOWN,
        "src/other/models.py": KNOWN,
        "src/app/notes.txt": KNOWN,
        "settings/two.toml": UNKNOWN,
        "settings/no.toml": KNOWN,
    }
    for name, state in names.items():
        before = (typed.root / name).read_text() if (typed.root / name).exists() else None
        edit(typed, name, f"# edited\n{before or ''}")
        assert state in typed.wsgen("list").stdout, name
        if before is None:
            (typed.root / name).unlink()
        else:
            edit(typed, name, before)
        assert KNOWN in typed.wsgen("list").stdout, name


def test_an_edit_that_leaves_size_and_time_of_a_model_is_noticed(typed: Project) -> None:
    file = typed.root / "src/shapes/inner/deep.py"
    status = file.stat()
    file.write_text(file.read_text().replace("class Bar(", "class Rod("))
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert file.stat().st_size == status.st_size
    assert typed.wsgen("check").code == 1


def test_two_edits_in_one_second_are_both_noticed(typed: Project) -> None:
    file = typed.root / "src/shapes/inner/deep.py"
    typed.write("src/shapes/inner/deep.py", f"{MODELS}# one\n")
    second = file.stat().st_mtime_ns // 10**9 * 10**9
    os.utime(file, ns=(second, second))
    assert typed.wsgen("check").code == 0
    text = f"{MODELS}# two\n".replace("class Bar(", "class Rod(")
    typed.write("src/shapes/inner/deep.py", text)
    os.utime(file, ns=(second + 1, second + 1))
    assert typed.wsgen("check").code == 1


def test_after_an_edit_of_a_model_only_the_type_checker_runs(
    typed: Project, steps_run: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> object:
        raise AssertionError

    monkeypatch.setattr("wsgen.pipeline.drafts.render_package", never)
    edit(typed, "src/shapes/inner/deep.py", f"{MODELS}# edited\n")
    for command in ("check", "render"):
        assert typed.wsgen(command).code == 0
        assert KNOWN in typed.wsgen("list").stdout
    assert steps_run == ["mypy"]


def test_without_quality_types_are_looked_up_again_after_an_edit(typed: Project) -> None:
    edit(typed, "src/shapes/inner/deep.py", MODELS.replace("class Bar", "class Renamed"))
    outcome = typed.wsgen("check", "--no-quality")
    assert outcome.code == 1
    assert "error[WSG309]" in outcome.stderr


def test_a_type_that_an_edit_removes_is_reported_at_the_line_of_the_source(
    typed: Project,
) -> None:
    edit(typed, "src/app/models.py", "from shapes.inner.deep import BarRequest as BarRequest\n")
    checked = typed.wsgen("check")
    assert checked.code == 1
    assert "specs/datafeed/ws.yaml" in checked.stderr


def test_new_settings_of_a_formatter_render_the_package_anew(
    typed: Project, steps_run: list[str]
) -> None:
    """The result must not depend on how the files were formatted before."""
    wide = typed.read("specs/datafeed/ws_generated/barwsrouter.py")
    for text, same in (("line-length = 60\n", False), ('extend = "settings/one.toml"\n', True)):
        edit(typed, "ruff.toml", text)
        assert typed.wsgen("render").code == 0
        assert (typed.read("specs/datafeed/ws_generated/barwsrouter.py") == wide) is same
    assert set(steps_run) == {"ruff-format", "mypy"}


def test_the_entry_of_a_linter_outlives_an_edit_of_another_package(linted: Project) -> None:
    edit(linted, "src/other/models.py", "# edited\n")
    assert KNOWN in linted.wsgen("list").stdout


def test_without_a_type_checker_types_are_looked_up_again_after_an_edit(linted: Project) -> None:
    edit(linted, "src/shapes/inner/deep.py", f"# edited\n{MODELS}")
    assert linted.wsgen("check").code == 0
    assert KNOWN in linted.wsgen("list").stdout
    edit(linted, "src/shapes/inner/deep.py", MODELS.replace("class Bar", "class Renamed"))
    outcome = linted.wsgen("check")
    assert outcome.code == 1
    assert "error[WSG309]" in outcome.stderr


def test_the_entry_of_a_linter_ends_with_an_edit_of_what_its_settings_extend(
    linted: Project,
) -> None:
    edit(linted, "settings/two.toml", "# edited\n")
    assert UNKNOWN in linted.wsgen("list").stdout


def test_entries_that_came_with_a_clone_prove_nothing(linted: Project, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    shutil.copytree(linted.root, clone, copy_function=shutil.copy2)
    listed = linted.wsgen("list", str(clone)).stdout
    assert UNKNOWN in listed
    shutil.rmtree(clone / ".wsgen_cache")
    shutil.copytree(linted.root / ".wsgen_cache/known", clone / ".wsgen_cache/known")
    assert UNKNOWN in linted.wsgen("list", str(clone)).stdout


def test_a_cache_that_git_tracks_is_not_used_and_reported(
    typed: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(typed.root, "init", "-q")
    git(typed.root, "add", "-f", ".wsgen_cache/known")
    edit(typed, "mypy.ini", f"{PLUGIN}{SKIPPED}# edited\n")
    caches = []
    run_process = Processes.run

    def run(self: Processes, argv: Sequence[str], **named: Any) -> Outcome:
        caches.append(argv[argv.index("--cache-dir") + 1])
        return run_process(self, argv, **named)

    monkeypatch.setattr(Processes, "run", run)
    checked = typed.wsgen("check")
    assert checked.code == 0
    assert "WSG415" in checked.stderr
    assert caches == [os.devnull]


def test_check_runs_the_tools_again_when_settings_that_ruff_extends_change(linted: Project) -> None:
    assert linted.wsgen("check").code == 0
    edit(linted, "settings/two.toml", 'line-length = 20\nlint.select = ["E501"]\n')
    assert linted.wsgen("check").code == 1


def test_check_runs_flake8_again_when_a_plugin_of_the_project_changes(project: Project) -> None:
    project.write("pyproject.toml", STEPS.format('["flake8"]'))
    project.write(
        "setup.cfg",
        "[flake8]\nselect = OWN\n[flake8:local-plugins]\npaths = tools\nextension =\n  OWN = own.rule:Rule\n",
    )
    plugin = "class Rule:\n    def __init__(self, tree): pass\n    def run(self): return {}\n"
    project.write("tools/own/__init__.py", "")
    project.write("tools/own/rule.py", plugin.format("[]"))
    assert project.wsgen("render").code == 0
    project.write("tools/own/rule.py", plugin.format('[(1, 0, "OWN100 not so", Rule)]'))
    outcome = project.wsgen("check")
    assert outcome.code == 1
    assert "WSG511" in outcome.stderr


def test_ruff_may_extend_a_file_outside_of_the_project(
    linted: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = linted.root / "inner"
    inner.mkdir()
    for name in ("specs", "src", "pyproject.toml"):
        (linted.root / name).rename(inner / name)
    linted.write("inner/ruff.toml", 'extend = "../settings/one.toml"\n')
    monkeypatch.chdir(inner)
    assert linted.wsgen("render").code == 0
    edit(linted, "settings/two.toml", 'line-length = 20\nlint.select = ["E501"]\n')
    outcome = linted.wsgen("check")
    assert (outcome.code, "E501" in outcome.stderr) == (1, True)


def test_check_runs_ruff_again_when_settings_above_the_repository_change(
    linted: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = linted.root / "inner"
    (inner / ".git").mkdir(parents=True)
    for name in ("specs", "src", "pyproject.toml"):
        (linted.root / name).rename(inner / name)
    monkeypatch.chdir(inner)
    assert linted.wsgen("render").code == 0
    edit(linted, "settings/two.toml", 'line-length = 20\nlint.select = ["E501"]\n')
    assert linted.wsgen("check").code == 1


def test_an_import_is_found_wherever_it_is_in_a_line(typed: Project) -> None:
    statements = "x = 1; import later\nif True: import shapes, \\\n  latest\n"
    for name in ("later", "latest"):
        edit(typed, f"src/{name}.py", "")
    edit(typed, "src/app/models.py", f"{MODELS}\n{statements}")
    assert typed.wsgen("render").code == 0
    for name in ("later", "latest"):
        assert KNOWN in typed.wsgen("list").stdout
        edit(typed, f"src/{name}.py", "# edited\n")
        assert UNKNOWN in typed.wsgen("list").stdout
        edit(typed, f"src/{name}.py", "")


@pytest.mark.parametrize(
    "text",
    [
        "[mypy]\nmypy_path = src:$MYPY_CONFIG_FILE_DIR/typings\n",
        '[tool.mypy]\nmypy_path = ["src", "typings"]\n',
        '[tool.mypy]\nmypy_path = "src,typings"\n',
    ],
)
def test_the_folders_of_mypy_path_are_read_from_either_format(text: str) -> None:
    folders = {Path(name) for name in tool_of("mypy").import_folders(text.encode())}
    assert folders >= {Path("src"), Path("typings")}


def test_an_edit_in_a_folder_that_only_mypy_imports_from_is_noticed(typed: Project) -> None:
    edit(typed, "pyproject.toml", STEPS.format('["mypy"]'))
    edit(typed, "mypy.ini", f"{PLUGIN}mypy_path = src:$MYPY_CONFIG_FILE_DIR/typings\n{SKIPPED}")
    edit(typed, "typings/later.pyi", "")
    edit(typed, "src/app/models.py", f"import later\n{MODELS}")
    assert typed.wsgen("render").code == 0
    assert KNOWN in typed.wsgen("list").stdout
    edit(typed, "typings/later.pyi", "# edited\n")
    assert UNKNOWN in typed.wsgen("list").stdout


def test_a_null_byte_in_mypy_path_is_left_to_mypy(typed: Project) -> None:
    typed.write("mypy.ini", f"{PLUGIN}mypy_path = src:no\0thing\n")
    assert UNKNOWN in typed.wsgen("list").stdout


def test_a_damaged_entry_makes_the_type_checker_read_all_files(typed: Project) -> None:
    entry = typed.root / ".wsgen_cache/packages/seen by type checkers"
    entry.write_text(f"{entry.read_text().partition(chr(10))[0]}\n{{")
    edit(typed, "src/shapes/inner/deep.py", f"# edited\n{MODELS}")
    assert typed.wsgen("check").code == 0


def test_models_that_appear_or_vanish_change_the_order_of_imports(linted: Project) -> None:
    app, away = linted.root / "src/app", linted.root / "away"
    for source, target in ((app, away), (away, app)):
        source.rename(target)
        outcome = linted.wsgen("check")
        assert (outcome.code, "its files are not what the sources give" in outcome.stderr) == (
            1,
            True,
        )
        assert linted.wsgen("render").code == 0
        assert linted.wsgen("check").code == 0


def test_a_package_that_appears_under_an_imported_name_is_checked(typed: Project) -> None:
    edit(typed, "src/app/models.py", f"{MODELS}\nimport later  # type: ignore[import-not-found]\n")
    assert typed.wsgen("render").code == 0
    assert KNOWN in typed.wsgen("list").stdout
    edit(typed, "src/later.py", "")
    assert UNKNOWN in typed.wsgen("list").stdout


def test_check_finds_a_renamed_class_that_came_through_re_exports(
    linted: Project, models_cache: ModelsCache
) -> None:
    models_cache.lend(linted.root, "skipped")
    linted.write("pyproject.toml", STEPS.format('["mypy"]'))
    linted.write("mypy.ini", SKIPPED)
    assert linted.wsgen("render").code == 0
    edit(linted, "src/shapes/inner/deep.py", MODELS.replace("class Bar(", "class Candle("))
    assert linted.wsgen("check").code == 1


def test_models_edited_while_the_tools_run_leave_no_entry(
    typed: Project, monkeypatch: pytest.MonkeyPatch
) -> None:

    def edited() -> None:
        edit(typed, "src/shapes/inner/deep.py", MODELS.replace("class Bar(", "class Candle("))

    typed.write("specs/datafeed/ws.yaml", typed.read("specs/datafeed/ws.yaml") + "# later\n")
    monkeypatch.setattr(run, "run_steps", accompanied(run.run_steps, after=edited))
    assert typed.wsgen("render").code == 0
    assert UNKNOWN in typed.wsgen("list").stdout


def test_settings_edited_while_the_tools_run_leave_no_entry(
    linted: Project, monkeypatch: pytest.MonkeyPatch
) -> None:

    def edited() -> None:
        edit(linted, "settings/two.toml", 'line-length = 20\nlint.select = ["E501"]\n')

    linted.write("specs/datafeed/ws.yaml", linted.read("specs/datafeed/ws.yaml") + "# later\n")
    with monkeypatch.context() as patched:
        patched.setattr(run, "run_steps", accompanied(run.run_steps, after=edited))
        assert linted.wsgen("render").code == 0
    assert linted.wsgen("check").code == 1


def test_new_times_of_files_do_not_make_the_tools_run(typed: Project, steps_run: list[str]) -> None:
    for time_ns in (10**18, time.time_ns(), time.time_ns() + 10**15):
        os.utime(typed.root / "src/shapes/inner/deep.py", ns=(time_ns, time_ns))
        assert KNOWN in typed.wsgen("list").stdout
        assert typed.wsgen("check").code == 0
    assert steps_run == []


@pytest.mark.parametrize("name", ["parts/inner.jinja", "parts/inner.txt"])
def test_whatever_templates_include_is_an_input(project: Project, name: str) -> None:
    project.write("wsgen.toml", 'paths = ["specs"]\ntemplates = "t"\nquality.steps = []\n')
    project.write("t/router.py.jinja", f"{{% include '{name}' %}}\n")
    project.write(f"t/{name}", "class {{ class_name }}: ...\n")
    (project.root / "t/again").symlink_to(project.root / "t")
    os.mkfifo(project.root / "t/pipe")
    assert project.wsgen("render").code == 0
    assert project.wsgen("check").code == 0
    project.write(f"t/{name}", "class {{ class_name }}: pass\n")
    outcome = project.wsgen("check")
    assert outcome.code == 1
    assert f"t/{name} changed since" in outcome.stderr


def test_an_edit_of_an_editable_install_is_noticed(tmp_path: Path) -> None:
    """As in a workspace, whose members are installed in one environment and edited in their own folders."""
    shared = tmp_path / "other" / "src" / "shared"
    shared.mkdir(parents=True)
    (shared / "__init__.py").write_text("import more\n")
    packages = make_environment(tmp_path / "venv")
    (packages / "_shared.pth").write_text(f"{shared.parent}\n")
    environment = environment_at(os.fspath(tmp_path / "venv"), "")
    assert environment is not None
    config = Config(root=tmp_path / "project", steps=("mypy",), environment=environment)
    before = Fingerprints(config).of_package("shared")
    assert Fingerprints(config).reached_from(["shared"]) == {"shared", "more"}
    (shared / "models.py").touch()
    assert Fingerprints(config).of_package("shared") != before
