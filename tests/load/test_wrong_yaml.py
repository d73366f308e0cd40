"""Every wrong `ws.yaml` of `tests/cases/yaml-*`, whose messages stand there, as it is loaded."""

from pathlib import Path

import pytest
import yaml

from wsgen.codes import CODES
from wsgen.diagnostics import Diagnostic
from wsgen.load import load_module
from wsgen.load.yaml import compose
from wsgen.settings.config import Config
from wsgen.source import ModuleSource

CASES = sorted((Path(__file__).parent.parent / "cases").glob("yaml-*/module/ws.yaml"))


def diagnostics(file: Path) -> tuple[Diagnostic, ...]:
    folder = file.parent
    source = ModuleSource("module", None, folder, (file,), folder / "ws_generated")
    loaded = load_module(source, Config(root=folder, sources=(folder,)))
    assert loaded.spec is None
    return loaded.diagnostics


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.parent.parent.name)
def test_each_problem_has_a_known_code_a_place_and_help(file: Path) -> None:
    for diagnostic in diagnostics(file):
        assert diagnostic.code in CODES
        assert diagnostic.help
        span = diagnostic.span
        assert span is not None
        assert span.path == file
        assert (span.line, span.column) <= (span.end_line, span.end_column)


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.parent.parent.name)
def test_the_parser_written_in_python_finds_the_same(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found() -> list[tuple[str, str, str | None]]:
        # The two parsers stop at different characters of broken syntax, but say the same.
        return [(item.code, item.message, item.help) for item in diagnostics(file)]

    by_libyaml = found()
    monkeypatch.setattr(compose, "_LOADER", yaml.SafeLoader)
    assert found() == by_libyaml
