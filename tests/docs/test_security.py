"""The tables of threats: each threat names a test, and each test is there."""

import re

from .pages import ROOT

_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def test_each_threat_names_tests_that_exist() -> None:
    pages = sorted((ROOT / "docs/reference").glob("threats-*.md"))
    lines = [line for page in pages for line in page.read_text("utf-8").splitlines()]
    rows = [line for line in lines if line.startswith("| ") and not line.startswith("| threat")]
    assert len(rows) > 20
    for row in rows:
        named = _TEST.findall(row)
        assert named, row
        for file, test in named:
            text = (ROOT / file).read_text("utf-8")
            assert re.search(rf"^(?:async )?def {test}\(", text, re.MULTILINE), f"{file}::{test}"
