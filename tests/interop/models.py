"""Tools that make models of the schemas, in TypeScript and Python."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

from tests.interop.front_end import types_of
from tests.interop.rows import Row, counted, shown
from tests.interop.server import recorded
from tests.interop.workplace import HERE, NPM, VENV, Workplace, answer, load, run

MODELINA = {
    "typescript": "TypeScript, `modelType: interface, enumType: union, rawPropertyNames: true`",
    "python": "Python",
    "pydantic": "Python, `PYTHON_PYDANTIC_PRESET`, its quotes of constants mended",
}
PYDANTIC = (
    *("--output-model-type", "pydantic_v2.BaseModel"),
    *("--use-annotated", "--set-default-enum-member", "--use-title-as-name"),
)


def modelina(place: Workplace) -> Iterator[Row]:
    """Make models by modelina, which names what has neither a name nor a title AnonymousSchema."""
    for version in ("3.0", "2.6"):
        for language, asked in MODELINA.items():
            folder = place.results(f"modelina/{language}-{version}/models")
            names: list[str] = answer("models.mjs", place.document(version), language, folder)
            anonymous = [name for name in names if "anonymous" in name.lower()]
            typescript = language == "typescript"
            faults = _typescript(folder) if typescript else _python(folder)
            judge = "`tsc --strict`" if typescript else "their import"
            yield Row(
                "@asyncapi/modelina",
                version,
                asked,
                f"{counted(len(names), 'model')}, {len(anonymous)} anonymous, "
                f"{counted(len(faults), 'error')} of {judge}",
                shown({*anonymous, *_numbered(names), *faults}),
            )


def _typescript(folder: Path) -> list[str]:
    """Return the errors of the TypeScript compiler about the files in a folder."""
    options = ["--strict", "--noEmit", "--target", "es2022", "--module", "esnext"]
    options += ["--moduleResolution", "bundler", "--skipLibCheck"]
    printed = run(
        [NPM / "node_modules/.bin/tsc", *options, *sorted(folder.glob("*.ts"))],
        folder,
        codes=(0, 1, 2),
    )
    return [line for line in printed.splitlines() if "error TS" in line]


def _python(folder: Path) -> list[str]:
    """Return the errors that the modules of a package have when each is imported by itself.

    Modelina 5.10 writes a constant of a pydantic model as ''text'', which is no Python.
    """
    for file in folder.glob("*.py"):
        text = file.read_text("utf-8")
        file.write_text(re.sub(r"\(default='('[^']*')'", r"(default=\1", text), "utf-8")
    code = "import importlib, pkgutil, sys\n" + (
        "for module in pkgutil.iter_modules([sys.argv[1]]):\n"
        "    try: importlib.import_module(f'{sys.argv[1]}.{module.name}')\n"
        "    except Exception as error: print(f'{module.name}: {error}'.splitlines()[0])\n"
    )
    return run([VENV / "bin/python", "-c", code, folder.name], folder.parent).splitlines()


def _numbered(names: list[str]) -> list[str]:
    """Return names that end with a number that tells them from another name."""
    return [
        name for name in names if (base := re.sub(r"_?\d+$", "", name)) != name and base in names
    ]


def datamodel_code_generator(place: Workplace) -> Iterator[Row]:
    """Make pydantic models, and validate frames of the server with them."""
    for version in ("3.1", "3.0", "2.6"):
        folder = place.results(f"datamodel-code-generator/{version}")
        module = folder / "models.py"
        document = place.document(version)
        options = ["--input-file-type", "asyncapi", "--target-python-version", "3.11"]
        options += ["--formatters", "builtin", *PYDANTIC]
        run([VENV / "bin/datamodel-codegen", "--input", document, "--output", module, *options])
        tree = ast.parse(module.read_text("utf-8"))
        names = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
        frames = folder / "frames.json"
        frames.write_text(json.dumps(recorded(place)), "utf-8")
        refused = run(
            [VENV / "bin/python", HERE / "validate_frames.py", module, frames]
        ).splitlines()
        printed = run(
            [VENV / "bin/mypy", "--strict", "--no-incremental", module], folder, codes=(0, 1)
        )
        errors = [line for line in printed.splitlines() if ": error: " in line]
        yield Row(
            "datamodel-code-generator",
            version,
            f"`{' '.join(PYDANTIC)}`",
            f"{len(names)} classes, {len(_numbered(names))} numbered, "
            f"{counted(len(errors), 'error')} of `mypy --strict`, "
            f"{len(refused)} of {counted(len(recorded(place)), 'frame')} refused",
            shown([*_numbered(names), *errors, *refused]),
        )


def front_end(place: Workplace) -> Iterator[Row]:
    """Make types as the first front end did: it knows few keywords, and writes `any` for the others."""
    for version in ("3.1", "3.0", "2.6"):
        found = types_of(load(place.document(version)))
        unknown = sorted(found.missing)
        yield Row(
            "a front end's script",
            version,
            "interfaces of `components.schemas`",
            f"{counted(len(found.types), 'type')}, {len(found.untyped)} × `any` of what has a type, "
            f"{len(found.free)} of what has none, {counted(len(unknown), 'name')} without a type",
            shown([*found.untyped, *unknown]),
        )
