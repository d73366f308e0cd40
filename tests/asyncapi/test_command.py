"""`wsgen asyncapi` as users call it."""

from pathlib import Path

import pytest

from wsgen.asyncapi.validate import validate_file
from wsgen.cli.main import run


def test_export_then_check_then_drift(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "docs")
    modules = ["specs/datafeed", "specs/legacy"]  # `broker` would take as long as both
    options = ["asyncapi", "export", *modules, "--per-module", "-o", out, "--format", "json"]
    assert run(options) == 0
    assert sorted(path.name for path in (tmp_path / "docs").iterdir()) == [
        "datafeed.json",
        "legacy.json",
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
    assert validate_file(file) == ()


def test_validate_reports_and_counts(capsys: pytest.CaptureFixture[str]) -> None:
    corpus = Path("tests/asyncapi")
    assert run(["asyncapi", "validate", str(corpus / "corpus/v3-dangling-schema.yaml")]) == 1
    assert "error[WSG610]" in capsys.readouterr().err
    assert run(["asyncapi", "validate", str(corpus / "valid/streetlights-3.1.yaml")]) == 0
    assert capsys.readouterr().out == "1 document valid\n"


def test_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["asyncapi", "export", "--check"]) == 2
    assert run(["asyncapi", "validate"]) == 2
    assert run(["asyncapi", "export", "specs/datafeed", "specs/legacy", "--per-module"]) == 2


def test_html_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from wsgen_runtime import page

    monkeypatch.setattr(page, "render_page", lambda document, *, url: f"<p>{url}")
    file = tmp_path / "page.html"
    assert run(["asyncapi", "html", "specs/datafeed", "-o", str(file), "--url", "/x"]) == 0
    assert file.read_text(encoding="utf-8") == "<p>/x"
