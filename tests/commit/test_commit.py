"""The commit stage: what it writes, in which order, and what a killed run leaves."""

import os
import signal
from functools import partial
from pathlib import Path

import pytest
from tests.conftest import Project
from tests.forks import DYING, forks

from wsgen import GenerationError, generate_module_routers
from wsgen.commit.apply import apply_plan
from wsgen.commit.plan import plan_commit
from wsgen.manifest import MANIFEST, PENDING, Manifest, digest, read_manifest

OUT = "specs/datafeed/ws_generated"


def manifest_of(files: dict[str, str]) -> Manifest:
    return Manifest("1", "s", outputs={name: digest(text.encode()) for name, text in files.items()})


def commit(output: Path, files: dict[str, str], *, force: bool = False) -> None:
    apply_plan(plan_commit(output, files, manifest_of(files), force=force))


def test_second_render_writes_nothing(project: Project) -> None:
    assert project.wsgen("render").code == 0
    before = project.snapshot()
    assert project.wsgen("render").code == 0
    assert project.snapshot() == before


def test_orphans_and_their_bytecode_go_and_foreign_files_stay(project: Project) -> None:
    project.wsgen("render")
    foreign = project.write(f"{OUT}/notes.py", "KEEP = 1\n")
    bytecode = project.write(f"{OUT}/__pycache__/quotewsrouter.cpython-311.pyc", "stale")
    source = project.read("specs/datafeed/ws.yaml")
    project.write("specs/datafeed/ws.yaml", source[: source.index("  QuoteWsRouter")])
    outcome = project.wsgen("render")
    assert outcome.code == 0, outcome.stderr
    assert not (project.root / OUT / "quotewsrouter.py").exists()
    assert not bytecode.exists()
    assert foreign.exists()


@pytest.mark.parametrize("name", ["barwsrouter.py", "__init__.py", "asyncapi.json"])
def test_edit_by_hand_is_reported_and_kept_unless_forced(project: Project, name: str) -> None:
    project.wsgen("render")
    edited = project.write(f"{OUT}/{name}", project.read(f"{OUT}/{name}") + " ")
    outcome = project.wsgen("render")
    assert outcome.code == 1
    assert f"{name}:1:1: error[WSG407]" in outcome.stderr
    assert edited.read_text().endswith(" ")
    assert project.wsgen("render", "--force").code == 0
    assert not edited.read_text().endswith(" ")


def test_folder_of_another_generator_is_not_overwritten(project: Project) -> None:
    mine = project.write(f"{OUT}/barwsrouter.py", "# mine\n")
    outcome = project.wsgen("render")
    assert outcome.code == 1
    assert "barwsrouter.py:1:1: error[WSG407]" in outcome.stderr
    assert mine.read_text() == "# mine\n"
    assert not (project.root / OUT / "__init__.py").exists()


def test_manifest_is_the_same_wherever_the_project_is(project: Project) -> None:
    project.wsgen("render")
    first = project.read(f"{OUT}/{MANIFEST}")
    assert str(project.root) not in first
    project.wsgen("clean")
    project.wsgen("render")
    assert project.read(f"{OUT}/{MANIFEST}") == first


def test_clean_removes_only_what_wsgen_wrote(project: Project) -> None:
    project.wsgen("render")
    foreign = project.write(f"{OUT}/notes.txt", "mine")
    assert project.wsgen("clean").code == 0
    assert [path.name for path in (project.root / OUT).iterdir()] == ["notes.txt"]
    foreign.unlink()
    project.wsgen("render")
    assert project.wsgen("clean").code == 0
    assert not (project.root / OUT).exists()


def test_manifest_with_a_path_outside_owns_nothing(project: Project) -> None:
    victim = project.write("victim.py", "x = 1\n")
    project.wsgen("render")
    file = project.root / OUT / MANIFEST
    bad = file.read_text().replace('"asyncapi.json"', '"../../../victim.py"')
    file.write_text(bad)
    assert read_manifest(project.root / OUT) is None
    project.wsgen("clean", "--force")
    assert victim.exists()


def test_interrupted_commits_are_known_as_ours(tmp_path: Path) -> None:
    """Three versions, each commit but the last stopped after a part of its files."""
    files = [{"__init__.py": f"v{n}", "a.py": f"a{n}", "b.py": f"b{n}"} for n in range(3)]
    commit(tmp_path, files[0])
    real = Path.replace
    for version in files[1:]:
        calls = 0

        def stop(self: Path, target: Path) -> Path:
            nonlocal calls
            calls += 1
            if calls == 3:  # after the pending manifest and the first file
                raise KeyboardInterrupt
            return real(self, target)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Path, "replace", stop)
            with pytest.raises(KeyboardInterrupt):
                commit(tmp_path, version)
        assert (tmp_path / PENDING).exists()
        assert not [path for path in tmp_path.iterdir() if path.name.startswith(".wsgen-")]
    last = {"__init__.py": "v9", "a.py": "a9"}
    assert not plan_commit(tmp_path, last, manifest_of(last), force=False).edited
    commit(tmp_path, last)
    assert sorted(path.name for path in tmp_path.iterdir()) == [MANIFEST, "__init__.py", "a.py"]


def test_killed_at_any_point_the_package_imports_and_the_next_run_completes(
    project: Project,
) -> None:
    """SIGKILL before each single file operation of a commit that adds, changes and removes routers."""
    stubs = project.write(
        "stubs/wsgen_runtime.py", "CONTRACT_2 = 2\nDelivery = WsRouter = object\nService = dict\n"
    ).parent
    changed = """\
version: 1
models: app.models
routers:
  BarWsRouter: {route: candles, request: BarRequest, data: Bar}
  TickWsRouter: {route: ticks, request: BarRequest, data: Quote}
"""
    path = os.pathsep.join(map(str, (project.root, project.root / "src", stubs)))
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    original = project.read("specs/datafeed/ws.yaml")
    warm = partial(forks, root=project.root, environment=environment)
    probe = "import specs.datafeed.ws_generated as p; [getattr(p, n) for n in p.__all__]"
    with (
        warm(before=DYING, code='left = int(argument); sys.exit(run(["render"]))') as dying,
        warm(before="from app import models", code=probe) as importing,
    ):
        point, ended = 0, -signal.SIGKILL
        while ended == -signal.SIGKILL:
            project.write("specs/datafeed/ws.yaml", original)
            assert project.wsgen("render").code == 0
            project.write("specs/datafeed/ws.yaml", changed)
            [ended] = dying.run(point)
            assert importing.run() == [0], point
            outcome = project.wsgen("render")
            assert outcome.code == 0, (point, outcome.stderr)
            names = sorted(p.name for p in (project.root / OUT).iterdir() if p.suffix == ".py")
            assert names == ["__init__.py", "barwsrouter.py", "tickwsrouter.py"], point
            assert not list((project.root / OUT).glob(".wsgen-*"))
            point += 1
    assert ended == 0
    assert point > 9


def test_stale_and_read_only_says_so_before_any_work(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Tests may run as root, to whom every folder is writable, so the answer of the system is replaced.
    project.wsgen("render")
    monkeypatch.setattr("os.access", lambda *_: False)
    assert generate_module_routers("datafeed", root=project.root)
    project.write("specs/datafeed/ws.yaml", project.read("specs/datafeed/ws.yaml") + "# more\n")
    with pytest.raises(GenerationError, match=r"datafeed.*\n.*not current.*cannot be written"):
        generate_module_routers("datafeed", root=project.root)
    outcome = project.wsgen("render")
    assert outcome.code == 2
    assert "WSG405" in outcome.stderr
