"""The page of all diagnostics, which mkdocs makes from the code table."""

import re
import runpy

from wsgen.codes import CODES

from .pages import ROOT


def test_the_page_has_a_section_and_the_examples_of_each_code() -> None:
    page: str = runpy.run_path(str(ROOT / "docs/diagnostics_page.py"))["page"]()
    assert re.findall(r"^### (WSG\d{3}):", page, re.MULTILINE) == list(CODES)
    for code in CODES.values():
        for text in (code.what, code.why, code.fix, code.wrong, code.right):
            assert text in page
    assert page.count("```") == 4 * sum(bool(code.wrong) for code in CODES.values())
