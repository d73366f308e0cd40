"""The picture of the bench is a valid SVG, whose labels do not cover each other."""

from itertools import pairwise
from xml.etree import ElementTree as ET

from benchmarks.runtime.picture import Line, Panel, draw

SVG = "{http://www.w3.org/2000/svg}"
SIZES = (100.0, 1_000.0, 10_000.0)


def line(label: str, value: float) -> Line:
    return Line(label, "other", [(size, value) for size in SIZES])


def test_lines_of_equal_height_have_labels_below_one_another() -> None:
    lines = [line("one", 90_000.0), line("two", 90_000.0), line("three", 89_000.0)]
    panels = [Panel("left", lines), Panel("right", [line("four", 210_000.0), Line("none", "", [])])]
    root = ET.fromstring(draw("Updates", "clients", panels))
    texts = {element.text: element for element in root.iter(f"{SVG}text")}
    heights = [float(texts[name].attrib["y"]) for name in ("one", "two", "three")]
    assert all(later - earlier >= 17 for earlier, later in pairwise(heights))
    assert "none" not in texts
    assert {"Updates", "clients", "100", "1,000", "10,000", "0", "50k", "250k"} <= set(texts)
    assert len(list(root.iter(f"{SVG}path"))) == 4
