"""Every wrong `ws.yaml` under `tests/cases/yaml-*` gives exactly the findings listed in `expected.txt`."""

from pathlib import Path

import pytest
import yaml

from wsgen.codes import CODES
from wsgen.diagnostics import Diagnostic
from wsgen.load import compose, load_module
from wsgen.source import ModuleSource

CASES = Path(__file__).parent.parent / "cases"
EXPECTED = Path(__file__).parent / "expected.txt"


def parse_expected() -> dict[str, list[str]]:
    """Return the lines of each case: `== name`, then one line a finding."""
    cases: dict[str, list[str]] = {}
    current: list[str] = []
    for line in EXPECTED.read_text("utf-8").splitlines():
        if line.startswith("== "):
            current = cases.setdefault(line[3:], [])
        elif line:
            current.append(line)
    return cases


def shown(diagnostic: Diagnostic) -> list[str]:
    span = diagnostic.span
    assert span is not None
    place = f"{span.line}:{span.column}-{span.end_column}"
    lines = [f"{place} {diagnostic.code} {diagnostic.message} | {diagnostic.help}"]
    notes = diagnostic.notes
    return [*lines, *(f"  {note.span.line}:{note.span.column} {note.message}" for note in notes)]


WRONG = parse_expected()


@pytest.mark.parametrize("name", sorted(WRONG))
def test_wrong_file_gives_exactly_these_findings(name: str) -> None:
    folder = CASES / f"yaml-{name}" / "module"
    files = (folder / "ws.yaml",)
    source = ModuleSource("module", None, folder, files, folder / "ws_generated")
    loaded = load_module(source, models=None, roots=(folder,))
    assert loaded.spec is None
    assert [line for found in loaded.diagnostics for line in shown(found)] == WRONG[name]
    for diagnostic in loaded.diagnostics:
        assert diagnostic.code in CODES
        assert diagnostic.help
        assert diagnostic.span is not None
        assert diagnostic.span.path == files[0]
        assert (diagnostic.span.end_line, diagnostic.span.end_column) >= (
            diagnostic.span.line,
            diagnostic.span.column,
        )


def test_every_case_is_listed_and_there_are_many() -> None:
    names = {path.name.removeprefix("yaml-") for path in CASES.glob("yaml-*")}
    assert names == set(WRONG)
    assert len(names) >= 100


@pytest.mark.parametrize("name", sorted(WRONG))
def test_without_libyaml_the_findings_are_the_same(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compose, "_LOADER", yaml.SafeLoader)
    folder = CASES / f"yaml-{name}" / "module"
    source = ModuleSource("module", None, folder, (folder / "ws.yaml",), folder / "ws_generated")
    loaded = load_module(source, models=None, roots=(folder,))
    found = [shown(found)[0].partition(" ") for found in loaded.diagnostics]
    wanted = [line.partition(" ") for line in WRONG[name] if not line.startswith(" ")]
    # The two parsers stop at different characters of broken syntax, but say the same.
    assert [rest for _, _, rest in found] == [rest for _, _, rest in wanted]
