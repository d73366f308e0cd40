"""The rules of wording, and the texts that golden cases show."""

import re
from pathlib import Path

import pytest
from tests.wording import wording_faults

from wsgen.codes import CODES

CASES = Path(__file__).parents[1] / "cases"
SHOWN = re.compile(
    r"(?:error|warning)\[(WSG\d{3})\]: (.*)\n(?:(?!\n|.*\[WSG).*\n)*?(?:  help: (.*)\n|\n|\Z)"
)


@pytest.mark.parametrize(
    ("message", "help_text", "faults"),
    [
        ("`route` is empty", "Remove the key.", 0),
        ("ws.yaml is empty", "Did you mean `routes`?", 0),
        ("`route` is empty", None, 0),
        ("The route is empty", "Remove the key.", 1),
        ("the route is empty.", "Remove the key.", 1),
        ("the route is empty", "remove the key", 1),
        ("the route is empty", "Remove the key", 1),
        ("unknown key `rute`", "Remove the key.", 1),
        ("The route is empty.", "remove the key.", 3),
    ],
)
def test_wording(message: str, help_text: str | None, faults: int) -> None:
    assert len(wording_faults("WSG120", message, help_text)) == faults


def test_what_golden_cases_show_is_worded_alike() -> None:
    shown = [
        found
        for file in sorted(CASES.glob("*/stderr.txt"))
        for found in SHOWN.findall(file.read_text("utf-8"))
    ]
    assert len(shown) > 300
    assert {code for code, _, _ in shown} <= set(CODES)
    faults = [
        fault
        for code, *texts in shown
        for fault in wording_faults(code, texts[0], texts[1] or None)
    ]
    assert not faults, "\n".join(faults)
