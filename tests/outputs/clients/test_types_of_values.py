"""Values of all kinds of models are literals of the types that are made of their schemas; wrong ones are none."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.outputs.clients.sample_values import Sample, samples_of
from tests.parts import NODE, require

from wsgen.cli.main import run
from wsgen.outputs.clients.contract import ClientOptions
from wsgen.outputs.clients.typescript import client_files

ROOT = Path(__file__).parents[3]
PROJECT = ROOT / "tests" / "data" / "every_model"
TSC = ROOT / "page" / "node_modules" / "typescript" / "bin" / "tsc"
STRICT = {
    "target": "ES2022",
    "lib": ["ES2022"],
    "module": "NodeNext",
    "moduleResolution": "NodeNext",
    "strict": True,
    "exactOptionalPropertyTypes": True,
    "noUncheckedIndexedAccess": True,
    "erasableSyntaxOnly": True,
    "verbatimModuleSyntax": True,
    "skipLibCheck": False,
    "noEmit": True,
    "types": [],
}
# What polyfactory cannot make: aliases of types, and what the schema of the project itself says.
SENT = {"received as": "sentAs", "several": "first", "total": None}
WRITTEN: dict[str, list[tuple[Any, bool]]] = {
    "Point": [([1, 2.5, None], True), ([1, "x"], False), (["x"], False), ([1, 2, "", 3], False)],
    "PointInput": [([1], True), ([], False)],
    "Jsons": [({"value": [{}], "foreign": None}, True), ({"foreign": None}, False)],
    "JsonValue": [({"a": [1, None, {"b": True}]}, True)],
    "Foreign": [
        (
            {
                "negated": 1,
                "both": {"a": 1, "b": ""},
                "nullable": None,
                "constant": {"a": [1, None]},
                "open_end": ["a", 1, 2],
                "never": [],
            },
            True,
        ),
        (
            {
                "negated": 1,
                "both": {"b": ""},
                "nullable": None,
                "constant": {"a": [1, None]},
                "open_end": ["a", 1, 2],
                "never": [],
            },
            False,
        ),
    ],
}


def exported(folder: Path) -> dict[str, Any]:
    """Return the document of the project with every kind of model, of which `folder` becomes a copy."""
    shutil.copytree(PROJECT, folder)
    file = folder / "asyncapi.json"
    assert run(["-C", str(folder), "asyncapi", "export", "-q", "-o", str(file)]) == 0
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return found


def all_samples(document: dict[str, Any], names: Iterable[str]) -> list[Sample]:
    """Return values and mutants for the types called `names`; the package of the project is on the path."""
    from every_model import models  # type: ignore[import-not-found]  # on the path just now

    kinds = {
        **vars(models),
        "String": models.string,
        "PageInt": models.Page[int],
        "PageRecord": models.Page[models.Record],
        "PagePageInt": models.Page[models.Page[int]],
    }
    samples = [*samples_of(document, kinds, SENT), *_written(), *_members(document)]
    known = set(names)
    return [item for item in samples if item.name in known]


@pytest.mark.slow
def test_values_compile_and_mutants_do_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = require(NODE)
    if not TSC.is_file():
        pytest.fail("TypeScript is missing: run `make page`")
    monkeypatch.syspath_prepend(str(PROJECT / "src"))
    document = exported(tmp_path / "project")
    rendered = client_files.render_typescript(document, ClientOptions("Every 1.0.0"))
    for name, text in rendered.files.items():
        (tmp_path / name).write_text(text, "utf-8")
    samples = all_samples(document, rendered.types)
    (tmp_path / "values.ts").write_text(_values(samples), "utf-8")
    (tmp_path / "package.json").write_text('{"type": "module"}', "utf-8")
    (tmp_path / "tsconfig.json").write_text(json.dumps({"compilerOptions": STRICT}), "utf-8")

    ended = subprocess.run(
        [program, os.fspath(TSC), "-p", os.fspath(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    lines = (tmp_path / "values.ts").read_text("utf-8").splitlines()
    assert [_explained(line, lines) for line in ended.stdout.splitlines()] == []
    assert sum(item.fits for item in samples) > 500
    assert sum(not item.fits for item in samples) > 500
    assert rendered.types.keys() - {item.name for item in samples} == set()


def _written() -> list[Sample]:
    return [Sample(name, value, fits) for name, values in WRITTEN.items() for value, fits in values]


def _members(part: Any) -> Iterator[Sample]:
    """Yield the values of the enumerations in a part of a document that have a title, and another one."""
    if isinstance(part, dict) and isinstance(part.get("title"), str) and "enum" in part:
        yield from (Sample(part["title"], value, fits=True) for value in part["enum"])
        yield Sample(part["title"], "no member", fits=False)
    if isinstance(part, dict | list):
        for item in part.values() if isinstance(part, dict) else part:
            yield from _members(item)


def _values(samples: list[Sample]) -> str:
    """Return a module that assigns each sample to its type; TypeScript reports what it expects in vain."""
    lines = ['import type * as t from "./types.js";']
    for number, item in enumerate(dict.fromkeys(map(_hashable, samples))):
        name, value, fits = item
        lines += [] if fits else ["// @ts-expect-error"]
        lines.append(f"export const v{number}: t.{name} = {value};")
    return "\n".join([*lines, ""])


def _hashable(item: Sample) -> tuple[str, str, bool]:
    return item.name, json.dumps(item.value), item.fits


def _explained(line: str, values: list[str]) -> str:
    """Return a line of tsc with the line of the module that it is about."""
    place = line.partition("(")[2].partition(",")[0]
    if line.startswith("values.ts") and place.isdigit():
        return f"{line}\n  {values[int(place) - 1]:.400}\n  {values[int(place)]:.400}"
    return line
