"""The code table explains exactly the codes that the loaders give."""

import re
from pathlib import Path

import wsgen.load
from wsgen.codes import CODES


def test_each_code_of_a_loader_is_explained_and_each_explained_code_is_given() -> None:
    folder = Path(wsgen.load.__file__).parent
    texts = [path.read_text("utf-8") for path in sorted(folder.rglob("*.py"))]
    given = {code for text in texts for code in re.findall(r"WSG[123]\d\d", text)}
    assert given == {code for code in CODES if code[3] in "123"}


def test_each_code_has_a_title_a_reason_and_a_way_out() -> None:
    for code in CODES.values():
        assert not code.title.split()[0].istitle()
        assert code.why.endswith(".")
        assert code.fix.endswith(".")
