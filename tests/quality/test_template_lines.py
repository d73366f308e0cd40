"""From a line of a generated file to the line of the template that it was made from."""

from pathlib import Path

import pytest

from wsgen.outputs.python.jinja_templates import project_template
from wsgen.quality.template_lines import TemplateLines
from wsgen.source import Template

GENERIC = """\
from .base import Base

class WsRouter(Generic[A, B]):
    def first(self, one: A, other: "WsRouter[A, B]") -> None:
        return None

    def second(self, one: A) -> None:
        return None
"""
MADE = """\
from app.base import Base

from app.models import Bar


class BarWsRouter:
    def first(self, one: list[Bar], other: "BarWsRouter") -> None:
        return None

    def second(self, one: list[Bar]) -> None:
        return None
"""


@pytest.mark.parametrize(
    ("line", "expected"),
    [(1, 1), (3, None), (6, None), (7, 4), (8, 5), (10, 7), (11, 8), (99, None)],
)
def test_lines_of_a_generic_class(line: int, expected: int | None, tmp_path: Path) -> None:
    path = tmp_path / "route.py"
    path.write_text(GENERIC)
    template = Template(path, r"\bWsRouter\b(?:\[[^\]]*\])?|\b(?:A|B)\b|(?<=from )\.+")
    place = TemplateLines().place(template, MADE, line)
    assert (place and place.line) == expected
    if place and place.line == 5:
        assert (place.path, place.column, place.end_column) == (path, 9, 20)


def test_lines_of_a_jinja_template(tmp_path: Path) -> None:
    text = "{{ header }}\n{% for x in y %}\nx = {{ x }}  # {{ x }}\n{% endfor %}\n    ]\n"
    (tmp_path / "router.py.jinja").write_text(text)
    assert project_template("__init__.py.jinja", tmp_path) is None
    template = project_template("router.py.jinja", tmp_path)
    assert template is not None
    lines = TemplateLines()
    found = [lines.place(template, 'x = 1  # 1\n"""A header."""\n)\n', line) for line in (1, 2, 3)]
    assert [place and place.line for place in found] == [3, None, None]


def test_a_template_that_is_gone_has_no_lines(tmp_path: Path) -> None:
    assert TemplateLines().place(Template(tmp_path / "gone.py", "x"), "y = 1\n", 1) is None
