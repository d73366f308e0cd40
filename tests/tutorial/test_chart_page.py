"""The page of the tutorial; `make tutorial` follows all of it, and looks at the chart."""

import re

from tests.docs.pages import blocks
from tests.tutorial.__main__ import PAGE


def test_the_chart_is_short_and_loads_nothing() -> None:
    (chart,) = (block.text for block in blocks(PAGE) if block.language == "html")
    assert len(chart.splitlines()) <= 80
    assert set(re.findall(r'(?:src|href)="([^"]*)"', chart)) == {"data:,"}
    assert not re.search(r"https?:|import|url\(|fetch", chart)
