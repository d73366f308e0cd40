"""Tools that read a document and give another one, or say what they think of it."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any  # documents are JSON of any shape

from tests.interop.rows import Row, counted, shown, warned
from tests.interop.workplace import NPM, VERSIONS, Workplace, answer, load, run


def parser(place: Workplace) -> Iterator[Row]:
    """Parse every kind of document."""
    for version in VERSIONS:
        yaml = place.document(version, suffix="yaml", perspective="client")
        found = answer("parse.mjs", place.document(version), yaml)
        errors = [error for problems in found for error in problems["errors"]]
        warnings = warned(Counter(found[0]["warnings"]))
        yield Row(
            "@asyncapi/parser",
            version,
            "parse the server's in JSON, a client's in YAML",
            f"{counted(len(errors), 'error')}{warnings and f', {warnings}'}",
            shown(errors),
        )


def spectral(place: Workplace) -> Iterator[Row]:
    """Lint with the rules for AsyncAPI that come with Spectral."""
    rules = place.results("spectral") / "rules.yaml"
    rules.write_text("extends: ['spectral:asyncapi']\n")
    for version in VERSIONS:
        options: list[str | Path] = ["--ruleset", rules, "--format", "json", "--quiet"]
        program = NPM / "node_modules/.bin/spectral"
        printed = run([program, "lint", place.document(version), *options], codes=(0, 1))
        found = json.loads(printed)
        errors = [
            f"{'.'.join(map(str, one['path']))}: {one['code']}"
            for one in found
            if one["severity"] == 0
        ]
        warnings = warned(Counter(one["code"] for one in found if one["severity"] > 0))
        yield Row(
            "@stoplight/spectral-cli",
            version,
            "`spectral:asyncapi`",
            f"{counted(len(errors), 'error')}{warnings and f', {warnings}'}",
            shown(errors),
        )


NO_SCHEMAS = {"disableOptimizationFor": {"schema": True}}
NOT_ALL = {"rules": {"moveAllToComponents": False, "moveDuplicatesToComponents": True}}
OPTIMIZATIONS = {
    "its rules": {},
    "its rules but those for schemas": NO_SCHEMAS,
    "`moveDuplicatesToComponents`, not for schemas": {**NOT_ALL, **NO_SCHEMAS},
}


def optimizer(place: Workplace) -> Iterator[Row]:
    """Let the optimizer move, reuse and remove components."""
    folder = place.results("optimizer")
    for version in VERSIONS:
        for number, (asked, options) in enumerate(OPTIMIZATIONS.items()):
            result = folder / f"{version}-{number}.json"
            found = answer("optimize.mjs", place.document(version), result, json.dumps(options))
            errors: list[str] = found["errors"]
            ours = [error for error in errors if not _of_its_own(error, place.document(version))]
            its_own = len(errors) - len(ours)
            size = found["after"] / found["before"]
            came = f"{counted(len(ours), 'error')}, {size:.2f} of the size" + (
                f"; {its_own} more in what it moves itself" if its_own else ""
            )
            yield Row("@asyncapi/optimizer", version, asked, came, shown(ours))


def _of_its_own(error: str, document: Path) -> bool:
    """Return whether an error is about a component that the document does not have, or a reference to one.

    The optimizer names a component by the last part of a path, such as `items` or `[0]`, then moves that away. In
    2.6 it makes components of operations, which that version does not have.
    """
    components: dict[str, Any] = load(document)["components"]
    section, _, place = error.partition(":")[0].removeprefix("components.").partition(".")
    if error.startswith("components.") and place.partition(".")[0] not in components.get(
        section, {}
    ):
        return True
    reference = re.search(r"'(#/components/[^']*)' does not exist", error)
    return reference is not None and f'"{reference[1]}"' not in document.read_text("utf-8")


def bundler(place: Workplace) -> Iterator[Row]:
    """Bundle a document that refers to no other."""
    folder = place.results("bundler")
    for version in VERSIONS:
        found = answer("bundle.mjs", place.document(version), folder / f"{version}.json")
        came = counted(len(found["errors"]), "error")
        yield Row("@asyncapi/bundler", version, "bundle", came, shown(found["errors"]))


def converter(place: Workplace) -> Iterator[Row]:
    """Convert documents to newer versions."""
    folder = place.results("converter")
    for old, new in (("2.6", "3.0"), ("2.6", "3.1"), ("3.0", "3.1")):
        result = folder / f"{old}-{new}.json"
        found = answer("convert.mjs", place.document(old), f"{new}.0", result)
        came = counted(len(found["errors"]), "error")
        yield Row("@asyncapi/converter", old, f"convert to {new}", came, shown(found["errors"]))


KINDS = ("breaking", "unclassified", "non-breaking")
FIELDS = "/components/schemas/*/properties/*"
# A rule is found only if there is one for each part of its path.
OVERRIDES = {
    FIELDS[:end]: {"add": "non-breaking", "remove": "breaking", "edit": "unclassified"}
    for end in (*(place.start() for place in re.finditer(r"(?<!^)/", FIELDS)), len(FIELDS))
}


def diff(place: Workplace) -> Iterator[Row]:
    """Compare a document with itself and with changed ones, and judge changes by the gravest kind of them."""
    folder = place.results("diff")
    for version in VERSIONS:
        document = place.document(version)
        for asked, changed, expected, *overrides in _changes(load(document)):
            after = folder / f"{version}-{len(list(folder.iterdir()))}.json"
            after.write_text(json.dumps(changed), "utf-8")
            kinds = Counter(one["type"] for one in answer("diff.mjs", document, after, *overrides))
            came = ", ".join(f"{number} × {kind}" for kind, number in sorted(kinds.items()))
            gravest = next((kind for kind in KINDS if kind in kinds), "")
            bad = "" if gravest == expected else f"not {expected or 'the same'}"
            yield Row("@asyncapi/diff", version, asked, came or "no change", bad)


def _changes(document: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Yield what was done, the changed document, what kind of change that is, and overrides of the rules."""
    yield "the same document", document, ""
    part = "operations" if "operations" in document else "channels"
    changed = deepcopy(document)
    del changed[part][next(iter(document[part]))]
    yield f"one of the {part} removed", changed, "breaking"
    changed = deepcopy(document)
    changed["components"]["schemas"]["Bar"]["properties"]["trades"] = {"type": "integer"}
    # Its rules leave everything in a payload unclassified.
    yield "a new field of an update", changed, "unclassified"
    asked = f"the same, with overrides down to `{FIELDS}`"
    yield asked, changed, "non-breaking", json.dumps(OVERRIDES)
