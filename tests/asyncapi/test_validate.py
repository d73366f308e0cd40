"""Documents that are valid, and documents that are far from it.

What is said of single mistakes stands in the golden cases `asyncapi-validate-*`.
"""

import json
import random
from pathlib import Path

import pytest
from tests.asyncapi.in_process import validate_text

from wsgen.asyncapi.validation.document_reader import read_document
from wsgen.asyncapi.validation.validate import validate_files
from wsgen.diagnostics import Severity

HERE = Path(__file__).parent
OFFICIAL = sorted((HERE / "official").glob("*.yml"))
VALID = sorted((HERE.parent / "cases").glob("asyncapi-validate-*/api.*"))


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.parent.name)
def test_valid_document(path: Path) -> None:
    assert validate_files([path]) == ()


@pytest.mark.parametrize("path", OFFICIAL, ids=lambda path: path.stem)
def test_official_example(path: Path) -> None:
    """The examples of the specification have leftovers and examples that do not match, but no errors."""
    found = validate_files([path])
    assert [item for item in found if item.severity is Severity.ERROR] == []
    assert {item.code for item in found} <= {"WSG614", "WSG650", "WSG651"}


def test_json_means_what_it_says() -> None:
    (path,) = (path for path in VALID if path.suffix == ".json")
    assert read_document(path, path.read_bytes()).value == json.loads(path.read_bytes())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"{",
        b"[]",
        b"a: [",
        b"- " * 500,
        b"1",
        b"? [a]\n: b",
        b"null",
        b"a: !!python/x 1",
    ],
)
def test_never_raises(data: bytes) -> None:
    assert validate_text(Path("a.yaml"), data)


def test_expanded_aliases_are_bounded() -> None:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    (found,) = validate_text(Path("a.yaml"), "\n".join(lines).encode())
    assert found.code == "WSG600"


def test_a_file_that_is_not_there() -> None:
    (found,) = validate_files([HERE / "nowhere.yaml"])
    assert found.code == "WSG600"


@pytest.mark.parametrize("seed", range(3))
def test_mutated_documents_never_raise(seed: int) -> None:
    choices = random.Random(seed)
    values = ["[]", "{}", "null", "1", "x", "[{}]", '{"$ref": 1}', '{$ref: "#/channels"}']
    for _ in range(60):
        lines = choices.choice(VALID).read_text(encoding="utf-8").splitlines()
        for _ in range(choices.randint(1, 3)):
            line = choices.randrange(len(lines))
            key = lines[line].split(":")[0]
            lines[line] = choices.choice([f"{key}: {choices.choice(values)}", "", lines[-1]])
        validate_text(Path("a.yaml"), "\n".join(lines).encode())
