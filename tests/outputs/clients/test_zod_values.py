"""Values of all kinds of models pass the schemas of zod unchanged, wrong ones do not; the types are the same."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.outputs.clients.sample_values import Sample
from tests.outputs.clients.test_types_of_values import PROJECT, STRICT, all_samples, exported
from tests.parts import NODE, require

from wsgen.outputs.clients.contract import ClientOptions
from wsgen.outputs.clients.typescript import client_files

LINTERS = Path(__file__).parents[2] / "npm" / "linters" / "node_modules"
# Zod has no word for these, or what it has is not what the server does.
WIDER = {"OddKeys", "OddKeysInput", "Nothing", "NothingInput", "Numbers", "NumbersInput"}
PROGRAM = """\
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import * as schemas from "./schemas.js";

// Zod keeps no property of this name.
const kept = (value) => JSON.parse(JSON.stringify(value), (key, item) => key === "__proto__" ? undefined : item);
for (const [name, value, fits] of JSON.parse(readFileSync("values.json", "utf-8"))) {
  const found = schemas[name].safeParse(value);
  const right = found.success === fits && (!fits || isDeepStrictEqual(found.data, kept(value)));
  if (!right) console.log(name, fits, JSON.stringify(value).slice(0, 300), JSON.stringify(found.error?.issues));
}
"""
SAME = """
type Same<A, B> = [A] extends [B] ? [B] extends [A] ? true : false : false;
function same<T extends true>(): T | undefined { return undefined }
"""


@pytest.mark.slow
def test_values_pass_and_mutants_do_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = require(NODE)
    if not (LINTERS / "zod").is_dir():
        pytest.fail("zod is missing: run `make linters`")
    monkeypatch.syspath_prepend(str(PROJECT / "src"))
    document = exported(tmp_path / "project")
    options = ClientOptions("Every 1.0.0", zod=True)
    rendered = client_files.render_typescript(document, options)
    for name in ("types.d.ts", "schemas.ts"):
        (tmp_path / name).write_text(rendered.files[name], "utf-8")
    (tmp_path / "inferred.ts").write_text(_inferred(rendered.files["schemas.ts"]), "utf-8")
    samples = [item for item in all_samples(document, rendered.types) if _is_seen(item)]
    listed = [(item.name, item.value, item.fits) for item in samples]
    (tmp_path / "values.json").write_text(json.dumps(listed), "utf-8")
    (tmp_path / "run.mjs").write_text(PROGRAM, "utf-8")
    (tmp_path / "package.json").write_text('{"type": "module"}', "utf-8")
    (tmp_path / "node_modules").symlink_to(LINTERS)
    # The types of zod name `URL`.
    settings = {**STRICT, "noEmit": False, "isolatedDeclarations": True, "declaration": True}
    settings |= {"lib": ["ES2022", "DOM"]}
    _write_settings(tmp_path / "tsconfig.json", settings, "schemas.ts")
    inferred = {**STRICT, "lib": ["ES2022", "DOM"]}
    _write_settings(tmp_path / "inferred.json", inferred, "inferred.ts")

    def output(*arguments: str | os.PathLike[str]) -> str:
        ended = subprocess.run(
            [program, *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        return ended.stdout + ended.stderr

    tsc = LINTERS / "typescript" / "bin" / "tsc"
    assert output(tsc, "-p", "tsconfig.json") == ""
    assert output("run.mjs") == ""
    assert output(tsc, "-p", "inferred.json") == ""
    assert sum(item.fits for item in samples) > 500
    assert sum(not item.fits for item in samples) > 500


def _is_seen(sample: Sample) -> bool:
    """Return whether zod can tell that a mutant is one: it reads no property `__proto__`."""
    value = sample.value.get("everything", sample.value) if isinstance(sample.value, dict) else {}
    keys = value.get("odd_keys", value) if isinstance(value, dict) else {}
    has_it = isinstance(keys, dict) and "class" in keys and isinstance(keys.get("__proto__"), int)
    return sample.fits or has_it or not (isinstance(keys, dict) and "class" in keys)


def _write_settings(file: Path, options: dict[str, Any], included: str) -> None:
    file.write_text(json.dumps({"compilerOptions": options, "include": [included]}), "utf-8")


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
