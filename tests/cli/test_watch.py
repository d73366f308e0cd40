"""Which files `wsgen render --watch` renders again for, and that each run reads what is there now."""

import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import click
import pytest
from tests.conftest import Project

import wsgen
from wsgen.cli import watch
from wsgen.cli.options import Common
from wsgen.cli.render import _run, render
from wsgen.cli.watch import _is_input, _matters
from wsgen.pipeline.context import Options


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("specs/a/ws.yaml", True),
        ("specs/a/ws.py", True),
        ("src/models.py", True),
        ("tools/my_template.py", True),
        ("templates/parts/head.jinja", True),
        ("pyproject.toml", True),
        ("specs/a/ws_generated/barwsrouter.py", False),
        ("specs/a/ws_generated/client/routes.py", False),
        (".venv/lib/module.py", False),
        ("README.md", False),
        ("printed.txt", False),
    ],
)
def test_inputs_are_told_apart(tmp_path: Path, name: str, wanted: bool) -> None:
    root = tmp_path / ".hidden" / "project"
    (root / "specs/a/ws_generated").mkdir(parents=True)
    (root / "specs/a/ws_generated/.wsgen.json").write_text("{}")
    assert _is_input(root / name, root) is wanted


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("specs/a", True),
        ("specs/v1.2", True),
        ("specs/gone", True),
        ("specs/a/ws_generated", False),
        ("specs/a/ws_generated/__pycache__", False),
        (".venv", False),
        ("notes.md", False),
        ("gone.md", False),
    ],
)
def test_a_folder_that_is_moved_or_removed_counts(tmp_path: Path, name: str, wanted: bool) -> None:
    root = tmp_path / ".hidden" / "project"
    (root / "specs/a/ws_generated").mkdir(parents=True)
    (root / "specs/v1.2").mkdir()
    (root / ".venv").mkdir()
    (root / "specs/a/ws_generated/.wsgen.json").write_text("{}")
    (root / "notes.md").write_text("")
    assert _matters(root / name, root) is wanted


def test_the_file_that_the_command_prints_to_is_no_input(tmp_path: Path) -> None:
    script = (
        "from pathlib import Path; from wsgen.cli.watch import _matters; import sys;"
        "here = Path(sys.argv[1]); print(_matters(here / 'out.py', here), _matters(here / 'in.py', here))"
    )
    (tmp_path / "in.py").touch()
    with (tmp_path / "out.py").open("w") as stream:
        subprocess.run([sys.executable, "-c", script, tmp_path], stdout=stream, check=True)
    assert (tmp_path / "out.py").read_text() == "False True\n"


def test_whatever_is_below_the_templates_is_an_input(tmp_path: Path) -> None:
    assert _is_input(tmp_path / "t/parts/head.txt", tmp_path, tmp_path / "t")
    assert not _is_input(tmp_path / "head.txt", tmp_path, tmp_path / "t")


def test_a_second_run_in_one_process_reads_the_templates_anew(project: Project) -> None:
    settings = project.read("pyproject.toml").replace(
        "[tool.wsgen]", '[tool.wsgen]\ntemplates = "t"'
    )
    project.write("pyproject.toml", settings)
    assert 'templates = "t"' in settings
    made = "specs/datafeed/ws_generated/barwsrouter.py"
    for text in ("one", "two"):
        project.write("t/router.py.jinja", f"X = '{text}'\n{{% include 'part.jinja' %}}")
        project.write("t/part.jinja", f"Y = '{text}'\n")
        assert wsgen.render(root=project.root).ok
        assert project.read(made) == f"X = '{text}'\nY = '{text}'\n"


def test_a_folder_that_goes_away_during_a_run_does_not_end_the_watch(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def gone(_: Common) -> int:
        raise FileNotFoundError(2, "No such file or directory", "specs/gone")

    watch._render_once(Common(), gone)
    assert "No such file or directory: specs/gone" in capsys.readouterr().err


def test_what_changed_before_the_system_began_to_watch_is_rendered(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def watching(*_: object, **__: object) -> Iterator[set[object]]:
        project.write("specs/late/ws.yaml", project.read("specs/datafeed/ws.yaml"))
        yield set()
        assert (project.root / "specs/late/ws_generated/__init__.py").exists()
        project.write("specs/later/ws.yaml", project.read("specs/datafeed/ws.yaml"))
        yield set()
        assert not (project.root / "specs/later/ws_generated").exists()

    monkeypatch.setattr("watchfiles.watch", watching)
    with click.Context(render):
        assert watch.watch_sources(Common(), partial(_run, options=Options())) == 0
