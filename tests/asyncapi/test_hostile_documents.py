"""`wsgen asyncapi validate` on documents that are made to hold it up, or to end it."""

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from wsgen.asyncapi.validation import check_limits as bounded
from wsgen.asyncapi.validation import validate
from wsgen.asyncapi.validation.check_limits import Budget, Tell, UnfinishedError, told_by
from wsgen.asyncapi.validation.validate import validate_files
from wsgen.codes import CODES
from wsgen.diagnostics import Diagnostic

HEAD = "asyncapi: 3.0.0\ninfo: {title: t, version: '1'}\n"
SCHEMAS = f"{HEAD}components:\n  schemas:\n"
DOUBLED = "".join(
    f"    s{n}: {{allOf: [&r{n} {{$ref: '#/components/schemas/s{n + 1}'}}, *r{n}]}}\n"
    for n in range(26)
)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the examples of a document less time than users do."""
    monkeypatch.setattr(validate, "_budget_of_examples", partial(Budget, 0.3, 1.0))


def found_in(tmp_path: Path, text: str | bytes, name: str = "a.yaml") -> dict[str, Diagnostic]:
    """Return what is found in a document, by code and line."""
    file = tmp_path / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    found = validate_files([file])
    assert {item.code for item in found} <= set(CODES)
    return {f"{item.code} {item.span.line if item.span else 0}": item for item in found}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param(
            f"{SCHEMAS}    a:\n      type: string\n      pattern: '^(a+)+$'\n"
            f"      examples: ['{'a' * 40}!', 3]\n",
            8,
            id="a pattern that backtracks",
        ),
        pytest.param(
            f"{SCHEMAS}{DOUBLED}    s26: {{type: string}}\n"
            "  messages:\n    m:\n      payload: {$ref: '#/components/schemas/s0'}\n"
            "      examples:\n        - payload: x\n",
            36,
            id="references that double 26 times",
        ),
    ],
)
def test_an_example_that_takes_too_long_is_an_error_at_its_place(
    tmp_path: Path, text: str, line: int
) -> None:
    found = found_in(tmp_path, text)
    assert "too long" in found[f"WSG606 {line}"].message
    assert "WSG614" in {key.split()[0] for key in found}, "what the other checks found is lost"


def test_later_examples_are_left_out_when_the_time_of_the_document_is_used_up(
    tmp_path: Path,
) -> None:
    lines = "".join(f"        - '{'a' * 40}{n}!'\n" for n in range(20))
    text = (
        f"{SCHEMAS}    a:\n      type: string\n      pattern: '^(a+)+$'\n      examples:\n{lines}"
    )
    found = found_in(tmp_path, text)
    slow = [item.message for key, item in found.items() if key.startswith("WSG606")]
    assert 1 < len(slow) < 10
    assert "later ones were left out" in slow[-1]


def test_many_different_items_are_checked_quickly(tmp_path: Path) -> None:
    items = ", ".join(f"{{a: {n}, b: [{n}, true]}}" for n in range(3000))
    schema = "    a:\n      type: array\n      uniqueItems: true\n      examples:\n"
    found = found_in(tmp_path, f"{SCHEMAS}{schema}        - [{items}]\n")
    assert set(found) == {"WSG614 5"}
    same = f"{SCHEMAS}{schema}        - [1, true, [0]]\n        - [1, 1.0]\n        - [{{a: [1]}}, {{a: [1]}}]\n"
    assert set(found_in(tmp_path, same)) == {"WSG614 5", "WSG651 10", "WSG651 11"}


@pytest.mark.parametrize(
    "text",
    [
        f"{SCHEMAS}    a: {{type: number, multipleOf: 0, examples: [1]}}\n",
        f"{SCHEMAS}    a: {{type: number, multipleOf: 0.1, examples: [.inf, 1.0e+999, 1{'0' * 390}]}}\n",
        f"{SCHEMAS}    a: {{maximum: {'9' * 5000}, examples: [{'9' * 5000}]}}\n",
        f"{HEAD}x-a: 0x{'f' * 5000}\nasyncapi: {'9' * 5000}\n",
        f"{HEAD}channels:\n  a: {{$ref: '{'a' * 100_000}'}}\n",
        f"{HEAD}channels:\n  a: {{$ref: '#/{'a/' * 50_000}'}}\n",
        f'{HEAD}channels:\n  a: {{$ref: "a\\0b"}}\n',
        f"{HEAD}channels:\n  a: {{address: '{'{' * 50_000}', parameters: {{'{'b' * 50_000}': {{}}}}}}\n",
        f"{SCHEMAS}    a: {{pattern: '{'(' * 5000}', examples: ['1']}}\n",
        f"{SCHEMAS}    a: {{patternProperties: {{'(': {{}}}}, examples: [{{a: 1}}]}}\n",
        f"{SCHEMAS}    a: {{allOf: [{{$ref: '#/components/schemas/a'}}], examples: [1]}}\n",
        f"{SCHEMAS}    a: {'[' * 3000}\n",
        f"{HEAD}? {'k' * 100_000}\n: 1\ninfos: 2\n",
        f"{SCHEMAS}    a: {{minLength: .nan, examples: ['a'], enum: [&b [*b]]}}\n",
    ],
    ids=range(14),
)
def test_no_value_ends_the_check_of_the_other_files(tmp_path: Path, text: str) -> None:
    (tmp_path / "first.yaml").write_text(text)
    (tmp_path / "second.yaml").write_text(f"{HEAD}channels: 1\n")
    found = validate_files([tmp_path / "first.yaml", tmp_path / "second.yaml"])
    assert ("WSG605", "second.yaml") in {
        (item.code, item.span.path.name) for item in found if item.span
    }
    assert not any("internal error" in item.message for item in found)
    assert max(len(item.message) for item in found) < 1000


def test_long_chains_and_rings_of_references_are_followed_once_each(tmp_path: Path) -> None:
    lines = "".join(f"    s{n}: {{$ref: '#/components/schemas/s{n + 1}'}}\n" for n in range(2000))
    found = found_in(tmp_path, f"{SCHEMAS}{lines}    s2000: {{type: string}}\n")
    assert set(found) == {"WSG614 5"}
    ring = f"{SCHEMAS}{lines}    s2000: {{$ref: '#/components/schemas/s0'}}\n"
    found = found_in(tmp_path, ring)
    assert "WSG611 5" in found
    counts = [item.message for place, item in found.items() if place.startswith("WSG990 ")]
    assert counts == ["1,901 more problems were found from here on"]


def test_thousands_of_misspelt_references_are_reported_quickly(tmp_path: Path) -> None:
    lines = "".join(f"    s{n}: {{$ref: '#/components/schemas/ss{n}'}}\n" for n in range(2000))
    found = found_in(tmp_path, f"{SCHEMAS}{lines}")
    assert (found["WSG610 5"].help or "").startswith("Did you mean `#/components/schemas/s")
    assert not any(key.startswith("WSG606") for key in found)


def test_files_without_an_end_and_without_a_writer_are_diagnostics(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    found = validate_files([Path("/dev/zero"), tmp_path / "pipe.yaml", tmp_path, Path("a\0b")])
    assert [item.code for item in found] == ["WSG600"] * 4


def test_a_file_that_never_ends_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validate, "_SECONDS", 0.2)
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    holder = os.open(pipe, os.O_RDWR)
    try:
        (found,) = validate_files([pipe])
    finally:
        os.close(holder)
    assert (found.code, "longer than 0.2 seconds" in found.message) == ("WSG606", True)


def test_a_check_that_fails_or_dies_is_reported_with_what_it_found() -> None:
    def raises(tell: Tell) -> None:
        tell("found")
        raise ZeroDivisionError("by zero")

    def dies(tell: Tell) -> None:
        tell("found")
        os.kill(os.getpid(), 9)

    for check, reason in ((raises, "ZeroDivisionError"), (dies, "ended early")):
        told = told_by(check, 30)
        assert next(told) == "found"
        with pytest.raises(UnfinishedError, match=reason):
            next(told)


def test_the_process_of_a_check_does_not_outlive_it() -> None:
    told = told_by(lambda tell: tell(os.getpid()), 30)
    (child,) = told
    with pytest.raises(ProcessLookupError):
        os.kill(int(str(child)), 0)
    assert bounded.__doc__


def test_an_export_ends_though_a_model_has_a_pattern_that_backtracks(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.wsgen]\npaths = ["."]\nsources = ["."]\n')
    (tmp_path / "slow_models.py").write_text(
        "from typing import Annotated\nfrom pydantic import BaseModel, Field\n\n\n"
        "class Request(BaseModel):\n    name: Annotated[str, Field(pattern='^(a+)+$')]\n\n\n"
        "class Data(BaseModel):\n    size: int\n"
    )
    (tmp_path / "feed").mkdir()
    (tmp_path / "feed" / "ws.yaml").write_text(
        "version: 1\nmodels: slow_models\nrouters:\n  A:\n    request: Request\n    data: Data\n"
        f"    examples:\n      - request: {{name: {'a' * 40}b}}\n"
    )
    ended = subprocess.run(
        [sys.executable, "-m", "wsgen", "asyncapi", "export"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert ended.returncode == 1
    assert "feed/ws.yaml" in ended.stderr
