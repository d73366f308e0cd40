"""The code table explains exactly the codes that the loaders give, each with all that its page needs."""

import re
from pathlib import Path

import pytest

import wsgen.load
from wsgen.cli.main import run
from wsgen.codes import CODES
from wsgen.load.schema import schema_text


def test_each_code_of_a_loader_is_explained_and_each_explained_code_is_given() -> None:
    folder = Path(wsgen.load.__file__).parent
    texts = [schema_text(), *(path.read_text("utf-8") for path in sorted(folder.rglob("*.py")))]
    given = {code for text in texts for code in re.findall(r"WSG[123]\d\d", text)}
    assert given == {code for code in CODES if code[3] in "123"}


@pytest.mark.parametrize("name", CODES)
def test_each_code_has_a_title_a_meaning_a_reason_and_a_next_step(name: str) -> None:
    code = CODES[name]
    assert not code.title.split()[0].istitle()
    assert not code.title.endswith(".")
    for sentence in (code.what, code.why, code.fix):
        assert re.match("[A-Z0-9`]|wsgen |ws.yaml |pydantic |pyproject.toml ", sentence)
        assert sentence.endswith(".")
    assert bool(code.file) == bool(code.wrong) == bool(code.right)
    assert not code.wrong or code.wrong != code.right


@pytest.mark.parametrize("name", CODES)
def test_an_explanation_fits_into_80_columns(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", name]) == 0
    text = capsys.readouterr().out
    assert text.startswith(f"{name}: {CODES[name].title}\n\n")
    assert max(map(len, text.expandtabs(4).splitlines())) <= 80
    assert ("Wrong (" in text) == bool(CODES[name].wrong)
