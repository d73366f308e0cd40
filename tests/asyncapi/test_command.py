"""`wsgen asyncapi` as users call it."""

from pathlib import Path

import pytest
from tests.conftest import Project

from wsgen.asyncapi.validation.validate import validate_files
from wsgen.cli.main import run


def test_export_then_check_then_drift(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "docs")
    modules = ["specs/broker", "specs/datafeed"]
    options = ["asyncapi", "export", *modules, "--per-module", "-o", out, "--format", "json"]
    assert run(options) == 0
    assert sorted(path.name for path in (tmp_path / "docs").iterdir()) == [
        "broker.json",
        "datafeed.json",
    ]
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "docs").iterdir()}
    assert run(options) == 0
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert run([*options, "--check"]) == 0
    file = tmp_path / "docs" / "datafeed.json"
    file.write_text(file.read_text(encoding="utf-8").replace("Quote", "Quoet", 1), encoding="utf-8")
    capsys.readouterr()
    assert run([*options, "--check"]) == 1
    assert "WSG662" in capsys.readouterr().err
    assert "Quoet" in file.read_text(encoding="utf-8")


def test_export_prints_yaml(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["asyncapi", "export", "specs/datafeed"]) == 0
    file = tmp_path / "a.yaml"
    file.write_bytes(capsysbinary.readouterr().out)
    assert validate_files([file]) == ()


def test_without_the_runtime_the_page_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("wsgen.cli.asyncapi_commands.find_spec", lambda name: None)
    assert run(["asyncapi", "html", "-o", "page.html"]) == 2
    assert "pip install 'wsgen[runtime]'" in capsys.readouterr().err


def test_documents_of_several_modules_need_an_output_folder() -> None:
    assert run(["asyncapi", "export", "specs/broker", "specs/datafeed", "--per-module"]) == 2


def test_html_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from wsgen_runtime.documents import page

    monkeypatch.setattr(page, "render_page", lambda document, *, url: f"<p>{url}")
    file = tmp_path / "page.html"
    assert run(["asyncapi", "html", "specs/datafeed", "-o", str(file), "--url", "/x"]) == 0
    assert file.read_text(encoding="utf-8") == "<p>/x"


MODELS = """\
from pydantic import BaseModel


class Request(BaseModel):
    symbol: str


class Tagged(BaseModel):
    tags: set[str] = {"one", "two", "three", "four", "five", "six"}
"""
SOURCE = """\
version: 1
models: export_models
routers:
  A:
    route: a
    request: Request
    data: Tagged
    examples:
      - {request: {symbol: x}, data: {tags: [u, v, w, x, y, z]}}
"""


@pytest.fixture
def exporting(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with the modules `first` and `second`."""
    monkeypatch.chdir(project.root)
    project.write("src/export_models.py", MODELS)
    (project.root / "specs/datafeed/ws.yaml").unlink()
    for name in ("first", "second"):
        project.write(f"specs/{name}/ws.yaml", SOURCE)
    return project


EXPORT = ("asyncapi", "export", "--per-module", "-o", "docs")


def test_the_document_of_a_removed_module_is_found_and_removed(exporting: Project) -> None:
    assert exporting.wsgen(*EXPORT).code == 0
    exporting.write("docs/notes.yaml", "a: 1\n")
    other = exporting.read("docs/second.yaml").replace("title: second", "title: Another second")
    exporting.write("docs/another.yaml", other)
    (exporting.root / "specs/second/ws.yaml").unlink()
    assert exporting.wsgen(*EXPORT, "-m", "first", "--check").code == 0
    outcome = exporting.wsgen(*EXPORT, "--check")
    assert outcome.code == 1
    assert "docs/second.yaml belongs to a module that no longer exists" in outcome.stderr
    outcome = exporting.wsgen(*EXPORT, "specs/first")
    assert (outcome.code, "removed docs/second.yaml" in outcome.stdout) == (0, True)
    left = sorted(file.name for file in (exporting.root / "docs").iterdir())
    assert left == ["another.yaml", "first.yaml", "notes.yaml"]
    assert exporting.wsgen(*EXPORT, "--check").code == 0


def test_the_last_module_takes_its_document_along(exporting: Project) -> None:
    (exporting.root / "specs/second/ws.yaml").unlink()
    assert exporting.wsgen(*EXPORT).code == 0
    exporting.write("specs/first/ws.yaml", "version: 1\nrouters: {}\n")
    assert exporting.wsgen(*EXPORT, "--check").code == 1
    assert exporting.wsgen(*EXPORT).code == 0
    assert list((exporting.root / "docs").iterdir()) == []


@pytest.mark.parametrize("options", [(), ("--per-module", "-o", "docs")])
def test_two_modules_of_one_name_are_an_error_with_both_places(
    exporting: Project, options: tuple[str, ...]
) -> None:
    exporting.write("specs/second/ws.yaml", f"module: first\nendpoint: /other\n{SOURCE}")
    outcome = exporting.wsgen("asyncapi", "export", *options)
    assert outcome.code == 1
    assert "specs/second/ws.yaml:1:" in outcome.stderr
    assert "error[WSG663]: two modules have the name `first`" in outcome.stderr
    assert "specs/first/ws.yaml" in outcome.stderr
    assert "tool.wsgen.asyncapi" not in outcome.stderr


def test_check_takes_line_ends_of_any_machine(exporting: Project) -> None:
    assert exporting.wsgen(*EXPORT).code == 0
    for file in (exporting.root / "docs").iterdir():
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert exporting.wsgen(*EXPORT, "--check").code == 0


def test_examples_with_sets_are_the_same_under_any_hash_seed(
    exporting: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = set()
    for seed in ("1", "2", "3"):
        monkeypatch.setenv("PYTHONHASHSEED", seed)
        assert exporting.wsgen(*EXPORT, "-m", "first").code == 0
        texts.add(exporting.read("docs/first.yaml"))
    assert len(texts) == 1
