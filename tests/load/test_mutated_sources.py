"""Whatever bytes a source holds: a spec or diagnostics with places in the file, never an exception."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wsgen.codes import CODES
from wsgen.diagnostics import Diagnostic
from wsgen.load.declaration import FileDeclaration
from wsgen.load.module import united
from wsgen.load.python.aliases import load_python
from wsgen.load.yaml.reader import load_yaml
from wsgen.source import ModuleSource

FOLDER = Path("/project/datafeed")
YAML = """\
version: 1
description: Market data 📈
models: shop.models
endpoint: /api/v1/datafeed/ws
tags: [datafeed]
routers:
  BarWsRouter: &bar
    route: bars
    request: BarsSubscriptionRequest
    data: list[Bar] | None
    summary: "OHLC bars."
    description: |
      One update.
    deprecated: false
    delivery: {queue: 256, overflow: drop-oldest}
  QuoteWsRouter: {<<: *bar, route: quotes, data: 'dict[str, Quote]'}
"""
PYTHON = """\
from typing import TYPE_CHECKING, TypeAlias, Optional
import typing as t
from shop.routes import WsRouter as R
from .models import Bar, BarRequest
if TYPE_CHECKING:
    BarWsRouter: TypeAlias = R[
        BarRequest, Optional[Bar],
    ]
    QuoteWsRouter: "TypeAlias" = "R[BarRequest, t.List['Bar']]"
type   OrderWsRouter[T] = R["BarRequest", dict[str, Bar] | None]
class Own: ...
def make(): return BarWsRouter(route="bars", tags=["a"])  # 📈
"""
SNIPPETS = st.sampled_from(
    [
        *"\"'[]{}()|:,.&*!%@`#\\-?<>\t\r\n\0\ufeff\u2028\x85é📈=;~",
        "<<: ",
        "*bar",
        "&bar ",
        "!!python/name:os.system ",
        "---\n",
        "...\n",
        "%YAML 1.2\n",
        "  ",
        "null",
        "no",
        "1.0",
        "list[",
        "Any",
        "type X = ",
        "TypeAlias",
        "WsRouter",
        "class ",
        "import ",
        "from . import x\n",
        "# coding: latin-1\n",
        'f"{',
        '"""',
        "lambda",
    ]
)


@st.composite
def mutated(draw: st.DrawFn, text: str) -> str:
    """Return `text` with a few stretches cut, doubled, swapped for a snippet, or moved."""
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 12)))
        kind = draw(st.sampled_from(["cut", "double", "snippet", "insert", "any"]))
        new = {
            "cut": "",
            "double": text[start:end] * 2,
            "snippet": draw(SNIPPETS),
            "insert": draw(SNIPPETS) + text[start:end],
            "any": draw(st.text(max_size=3)),
        }[kind]
        text = text[:start] + new + text[end:]
    return text


def check_yaml(data: bytes) -> None:
    path = FOLDER / "ws.yaml"
    found: list[Diagnostic] = []
    check(path, data, load_yaml(path, data, None, found), FileDeclaration(), found)


def check_python(data: bytes) -> None:
    path = FOLDER / "ws.py"
    found: list[Diagnostic] = []
    declared = load_python(path, data, (FOLDER.parent,), found)
    check(path, data, FileDeclaration(), declared, found)


def check(
    path: Path,
    data: bytes,
    yaml: FileDeclaration,
    python: FileDeclaration,
    found: list[Diagnostic],
) -> None:
    source = ModuleSource("datafeed", None, FOLDER, (path,), FOLDER / "ws_generated")
    loaded = united(source, yaml, python, found)
    assert loaded.spec is not None or loaded.diagnostics
    lines = re.split("\r\n|\r|\n", data.decode("utf-8", "replace"))
    for diagnostic in loaded.diagnostics:
        span = diagnostic.span
        assert diagnostic.code in CODES
        assert diagnostic.help
        assert "\n" not in diagnostic.message
        assert span is not None
        assert 1 <= span.line <= len(lines)
        assert 1 <= span.column <= span.end_column <= len(lines[span.line - 1]) + 2


@given(st.binary(max_size=200))
def test_random_bytes(data: bytes) -> None:
    check_yaml(data)
    check_python(data)


@given(st.text(max_size=200))
def test_random_text(text: str) -> None:
    check_yaml(text.encode())
    check_python(text.encode())


@given(st.lists(SNIPPETS, max_size=30).map("".join))
def test_random_syntax(text: str) -> None:
    check_yaml(text.encode())
    check_python(text.encode())


@given(mutated(YAML))
def test_mutated_yaml(text: str) -> None:
    check_yaml(text.encode())


@given(mutated(PYTHON))
def test_mutated_python(text: str) -> None:
    check_python(text.encode())


@given(st.sampled_from([YAML, PYTHON]), st.data())
def test_cut_off_in_the_middle(text: str, data: st.DataObject) -> None:
    end = data.draw(st.integers(0, len(text.encode())))
    check_yaml(text.encode()[:end])
    check_python(text.encode()[:end])


@pytest.mark.parametrize(("text", "check_one"), [(YAML, check_yaml), (PYTHON, check_python)])
def test_what_is_mutated_is_right_itself(text: str, check_one: object) -> None:
    found: list[Diagnostic] = []
    if check_one is check_yaml:
        load_yaml(FOLDER / "ws.yaml", text.encode(), None, found)
    else:
        load_python(FOLDER / "ws.py", text.encode(), (FOLDER.parent,), found)
    assert found == []
