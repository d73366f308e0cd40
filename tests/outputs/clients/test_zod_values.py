"""Values of all kinds of models pass the schemas of zod unchanged, wrong ones do not; the types are the same."""

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from tests.outputs.clients.frames import document as document_of
from tests.outputs.clients.random_schemas import RandomSchemas
from tests.outputs.clients.sample_values import Sample
from tests.outputs.clients.test_types_of_values import PROJECT, STRICT, all_samples, exported
from tests.parts import NODE, require

from wsgen.outputs.clients.contract import ClientOptions
from wsgen.outputs.clients.typescript import client_files

LINTERS = Path(__file__).parents[2] / "npm" / "linters" / "node_modules"
# Zod has no word for these, or what it has is not what the server does.
WIDER = {"OddKeys", "OddKeysInput", "Nothing", "NothingInput", "Numbers", "NumbersInput"}
EMITTED = {"noEmit": False, "isolatedDeclarations": True, "declaration": True}
PROGRAM = """\
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import * as schemas from "./schemas.js";

// Zod keeps no property of this name.
const kept = (value) => JSON.parse(JSON.stringify(value), (key, item) => key === "__proto__" ? undefined : item);
for (const [name, value, fits] of JSON.parse(readFileSync("values.json", "utf-8"))) {
  const found = schemas[name].safeParse(value);
  const right = found.success === fits && (!fits || isDeepStrictEqual(found.data, kept(value)));
  const issues = JSON.stringify(found.error?.issues);
  if (!right) console.log(fits ? "narrower" : "wider", name, JSON.stringify(value).slice(0, 300), issues);
}
"""
SAME = """
type Same<A, B> = [A] extends [B] ? [B] extends [A] ? true : false : false;
function same<T extends true>(): T | undefined { return undefined }
"""


KIND = {"const": "cat", "default": "cat"}
SCHEMAS = {
    "Cat": {
        "type": "object",
        "properties": {"kind": KIND, "dog": {"$ref": "#/components/schemas/Dog"}},
    },
    "Dog": {
        "type": "object",
        "properties": {"kind": {"enum": ["dog"]}, "pet": {"$ref": "#/components/schemas/z"}},
        "required": ["kind"],
    },
    "z": {
        "oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in ("Cat", "Dog")],
        "discriminator": "kind",
    },
    "Overlap": {
        "anyOf": [
            {"type": "object", "properties": {"a": {"type": "integer"}}},
            {"type": "object", "properties": {"a": {}, "b": {"type": "integer"}}},
        ]
    },
    "Text": {"type": "string", "minLength": 2, "maxLength": 3, "pattern": "^\\w+$"},
    "Emoji": {"type": "string", "maxLength": 3},
    "Large": {"type": "integer", "exclusiveMaximum": 2**63},
    "Steps": {"type": "integer", "multipleOf": 5, "exclusiveMinimum": 0},
    "Few": {"type": "integer", "minimum": -1, "maximum": 1},
    "Patterns": {
        "type": "object",
        "patternProperties": {"^a": {"type": "integer"}, "z$": {"minimum": 3, "type": "integer"}},
    },
    "Plain": {"type": "object", "properties": {"toString": {"type": "string"}, "a": {}}},
    "Maybe": {"type": "object", "properties": {"a": {"type": "string"}}},
    "Self": {"anyOf": [{"$ref": "#/components/schemas/Self"}, {"type": "null"}]},
    "Both": {"allOf": [{"$ref": "#/components/schemas/Maybe"}, {"required": ["b"]}]},
    "eval": {"type": "array", "items": {}, "minItems": 1},
}
RIGHT: dict[str, list[Any]] = {
    "Cat": [{}, {"dog": {"kind": "dog", "pet": {"kind": "cat"}}}],
    "z": [{"kind": "cat"}, {"kind": "dog", "pet": {"kind": "dog"}, "more": 1}],
    "Overlap": [{"a": 1, "b": 2}, {"a": "x", "b": 2}, {}],
    "Text": ["ab", "éß", "٣٣", "日本語"],
    "Emoji": ["😀😀😀", ""],
    "Large": [-(2**60), 2**53 + 2, 2**63 - 1, 1.0],
    "Steps": [5, 10**18],
    "Few": [-1, 0, 1],
    "Patterns": [{"a": 1, "other": "x"}, {"az": 3}, {}],
    "Plain": [{}, {"a": None}, {"toString": "x"}],
    "Maybe": [{}, {"a": ""}],
    "Self": [None, 1],
    "Both": [{"b": None}, {"a": "", "b": 1}],
    "eval": [[None]],
}
WRONG: dict[str, list[Any]] = {
    "Cat": [{"kind": "dog"}, {"dog": {}}, []],
    "z": [{}, {"kind": "bird"}, {"kind": "dog", "pet": {}}, None],
    "Overlap": [{"a": "x", "b": "y"}],
    "Text": ["a", "abcd", "a b"],
    "Emoji": ["😀😀😀😀"],
    "Large": [0.5, "1", 2**64],
    "Steps": [0, 7],
    "Few": [-2, 2, 0.5],
    "Patterns": [{"a": "x"}, {"az": 2}, None],
    "Plain": [1],
    "Maybe": [{"a": None}, {"a": 1}],
    "Both": [{"a": ""}, {"a": 1, "b": 1}],
    "eval": [[], {}],
}


class Folder:
    """A folder with a client and zod, in which programs of Node run."""

    def __init__(
        self, path: Path, document: dict[str, Any], samples: Callable[[Iterable[str]], list[Sample]]
    ) -> None:
        self.path = path
        self.node = require(NODE)
        if not (LINTERS / "zod").is_dir():
            pytest.fail("zod is missing: run `make linters`")
        rendered = client_files.render_typescript(document, ClientOptions("Test 1.0.0", zod=True))
        self.samples = samples(rendered.types)
        listed = [(item.name, item.value, item.fits) for item in self.samples]
        self.schemas = rendered.files["schemas.ts"]
        written = {
            **{name: rendered.files[name] for name in ("types.d.ts", "schemas.ts")},
            "values.json": json.dumps(listed),
            "run.mjs": PROGRAM,
            "package.json": '{"type": "module"}',
        }
        for name, text in written.items():
            (path / name).write_text(text, "utf-8")
        (path / "node_modules").symlink_to(LINTERS)

    def compile(self, name: str, **options: object) -> str:
        """Return what tsc says of a file."""
        # The types of zod name `URL`.
        settings = {**STRICT, "lib": ["ES2022", "DOM"], **options}
        text = json.dumps({"compilerOptions": settings, "include": [name]})
        (self.path / "tsconfig.json").write_text(text, "utf-8")
        return self.run(LINTERS / "typescript" / "bin" / "tsc")

    def run(self, *arguments: str | os.PathLike[str]) -> str:
        """Return what a program prints."""
        ended = subprocess.run(
            [self.node, *arguments],
            cwd=self.path,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        return ended.stdout + ended.stderr


@pytest.mark.slow
def test_values_pass_and_mutants_do_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(PROJECT / "src"))
    document = exported(tmp_path / "project")
    folder = Folder(
        tmp_path, document, lambda names: list(filter(_is_seen, all_samples(document, names)))
    )
    (tmp_path / "inferred.ts").write_text(_inferred(folder.schemas), "utf-8")

    assert folder.compile("schemas.ts", **EMITTED) == ""
    assert folder.run("run.mjs") == ""
    assert folder.compile("inferred.ts") == ""
    assert sum(item.fits for item in folder.samples) > 500
    assert sum(not item.fits for item in folder.samples) > 500


@pytest.mark.slow
def test_values_of_other_schemas_pass_too(tmp_path: Path) -> None:
    references = [{"$ref": f"#/components/schemas/{name}"} for name in SCHEMAS]
    document = document_of({"prefixItems": references}, SCHEMAS)
    samples = [Sample(name, value, fits=True) for name in RIGHT for value in RIGHT[name]]
    samples += [Sample(name, value, fits=False) for name in WRONG for value in WRONG[name]]
    folder = Folder(tmp_path, document, lambda _: samples)

    assert folder.compile("schemas.ts", **EMITTED) == ""
    assert folder.run("run.mjs") == ""


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_what_a_schema_accepts_passes(seed: int, tmp_path: Path) -> None:
    """A schema of zod accepts more than its JSON schema, and seldom."""
    made = RandomSchemas(seed, 100)
    references = [{"$ref": f"#/components/schemas/{name}"} for name in made.schemas]
    document = document_of({"prefixItems": references}, made.schemas)
    samples = list(_random_samples(made, document))
    folder = Folder(tmp_path, document, lambda _: samples)

    assert folder.compile("schemas.ts", **EMITTED) == ""
    wrong = folder.run("run.mjs").splitlines()
    assert [line for line in wrong if not line.startswith("wider")] == []
    assert len(wrong) < sum(not item.fits for item in samples) / 3


def _random_samples(made: RandomSchemas, document: dict[str, Any]) -> Iterator[Sample]:
    for name in made.schemas:
        schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        accepts = Draft202012Validator(schema).is_valid
        for _ in range(30):
            value = made.value(name)
            with suppress(RecursionError):  # a schema that leads back to itself accepts nothing
                yield Sample(name, value, accepts(value))


def _is_seen(sample: Sample) -> bool:
    """Return whether zod can tell that a mutant is one: it reads no property `__proto__`."""
    value = sample.value.get("everything", sample.value) if isinstance(sample.value, dict) else {}
    keys = value.get("odd_keys", value) if isinstance(value, dict) else {}
    has_it = isinstance(keys, dict) and "class" in keys and isinstance(keys.get("__proto__"), int)
    return sample.fits or has_it or not (isinstance(keys, dict) and "class" in keys)


def _inferred(text: str) -> str:
    """Return the schemas with the types that zod gives them, and that those must be the types of the client."""
    found = []
    # A loose object has more properties than the types tell of.
    text = text.replace("z.looseObject(", "z.object(")

    def undeclared(statement: re.Match[str]) -> str:
        name, schema = statement[1], statement[2]
        if name in WIDER or "z.lazy(() => " in schema:
            return statement[0]
        found.append(name)
        return f"export const {name} = {schema}"

    text = re.sub(
        r"^export const (\w+): \S+(?: \S+)*? = (z\.[\s\S]+?\n)(?=\n|\Z)",
        undeclared,
        text,
        flags=re.MULTILINE,
    )
    checks = [f"same<Same<z.output<typeof {name}>, t.{name}>>();" for name in found]
    return "\n".join([text, SAME, *checks])
