"""Check a document against the official JSON Schema of its version."""

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError

from wsgen.asyncapi.validation.document_reader import AsyncApiDocument
from wsgen.asyncapi.validation.reference_targets import Route
from wsgen.diagnostics import Diagnostic
from wsgen.names import did_you_mean, shortened

VERSIONS = (
    *(f"2.{minor}.0" for minor in range(7)),
    "3.0.0",
    "3.1.0",
)
_MOVED = {
    (3, "publish"): "Add an entry with `action: receive` to `operations`, as AsyncAPI 3 has it.",
    (3, "subscribe"): "Add an entry with `action: send` to `operations`, as AsyncAPI 3 has it.",
    (3, "url"): "Write `host` and `pathname`, as AsyncAPI 3 has it.",
    (3, "operationId"): "Name the operation by its key in `operations`, as AsyncAPI 3 does.",
    (3, "messageId"): "Name the message by its key in `messages`, as AsyncAPI 3 does.",
    (3, "schema"): "Write `enum`, `default` and `examples`: parameters of AsyncAPI 3 are texts.",
    (3, "tags"): "Move the document's `tags` into `info`, as AsyncAPI 3 has it.",
    (3, "externalDocs"): "Move the document's `externalDocs` into `info`, as AsyncAPI 3 has it.",
    (
        2,
        "operations",
    ): "Write `publish` and `subscribe` in the channels; `operations` needs AsyncAPI 3.",
    (2, "host"): "Write `url`; `host` needs AsyncAPI 3.",
    (2, "address"): "Make the address the channel's key; `address` needs AsyncAPI 3.",
    (2, "messages"): "Write one `message` in the operation; `messages` needs AsyncAPI 3.",
}


def check_official(document: AsyncApiDocument, version: str) -> list[Diagnostic]:
    """Return a diagnostic for each error that the official schema of `version` finds in `document`."""
    validator = Draft7Validator(load_schema(version))
    found = (
        diagnostic
        for error in validator.iter_errors(document.value)
        for leaf in _leaves(error)
        for diagnostic in _diagnostics(document, leaf, int(version[0]))
    )
    return list(dict.fromkeys(found))


def load_schema(version: str) -> Mapping[str, object]:
    """Return the official JSON Schema of `version`, one of VERSIONS."""
    file = files("wsgen.asyncapi").joinpath("schemas", f"{version}.json.gz")
    schema: Mapping[str, object] = json.loads(gzip.decompress(file.read_bytes()))
    return schema


def _leaves(error: ValidationError) -> Iterator[ValidationError]:
    """Yield the errors to report; of several alternatives, those of the one that was probably meant."""
    if error.validator not in ("oneOf", "anyOf") or not error.context:
        yield error
        return
    branches: dict[object, list[ValidationError]] = {}
    for item in error.context:
        branches.setdefault(item.schema_path[0], []).append(item)
    for item in min(branches.values(), key=lambda branch: _distance(branch, error)):
        yield from _leaves(item)


def _distance(branch: list[ValidationError], error: ValidationError) -> tuple[int, int, int]:
    """Return how unlikely it is that `branch` was meant: by the kind first, then by the number of errors."""
    wrong = 0
    is_reference = isinstance(error.instance, dict) and "$ref" in error.instance
    for item in branch:
        depth = len(item.path)
        wanted: Any = item.validator_value
        if item.validator == "required" and "$ref" in wanted and depth == 0:
            wrong += 100
        if item.validator == "type" and depth == 0:
            wrong += 50
        if item.validator in ("enum", "const") and list(item.path) in (["type"], ["scheme"]):
            wrong += 20
        if is_reference and item.validator == "additionalProperties" and depth == 0:
            wrong += 10
    return (wrong, len(branch), -max(len(item.path) for item in branch))


def _diagnostics(
    document: AsyncApiDocument, error: ValidationError, major: int
) -> Iterator[Diagnostic]:
    route: Route = tuple(error.absolute_path)
    kind, instance = error.validator, error.instance
    # The types follow from the keyword, which type checkers do not know.
    schema: Any = error.schema
    wanted: Any = error.validator_value
    if kind == "additionalProperties" and isinstance(instance, dict):
        known = tuple(schema.get("properties", {}))
        patterns = tuple(schema.get("patternProperties", {}))
        for key in instance:
            if key in known or any(re.search(pattern, key) for pattern in patterns):
                continue
            yield _unknown(document, (*route, key), known, major)
    elif kind == "required" and isinstance(instance, dict):
        for key in wanted:
            if key not in instance:
                message = f"`{key}` is missing in {_name(route)}"
                span = document.key_span(route)
                yield Diagnostic("WSG604", message, span, help=f"Add `{key}`.")
    else:
        span = document.value_span(route)
        yield Diagnostic("WSG605", _message(error, route), span, help=_help_text(error))


def _unknown(
    document: AsyncApiDocument, route: Route, known: tuple[str, ...], major: int
) -> Diagnostic:
    key = str(route[-1])
    help_text = _MOVED.get((major, key))
    if help_text is None:
        help_text = did_you_mean(key, known, "Remove it, or start it with `x-`.")
    message = f"`{key}` is not a field of {_name(route[:-1])}"
    return Diagnostic("WSG603", message, document.key_span(route), help=help_text)


def _message(error: ValidationError, route: Route) -> str:
    name = _name(route)
    wanted: Any = error.validator_value  # follows from the keyword
    if error.validator == "type":
        kinds = wanted if isinstance(wanted, list) else [wanted]
        return f"{name} must be {' or '.join(kinds)}, not {_kind(error.instance)}"
    if error.validator == "enum":
        return f"{name} must be one of {', '.join(map(json.dumps, wanted))}"
    if error.validator == "const":
        return f"{name} must be {json.dumps(wanted)}"
    if error.validator == "pattern":
        return f"{name} does not match the pattern {wanted}"
    return f"{name}: {shortened(error.message)}"


def _help_text(error: ValidationError) -> str:
    description = error.schema.get("description") if isinstance(error.schema, dict) else None
    if isinstance(description, str) and description:
        return description.split(". ")[0].rstrip(".") + "."
    return "Write it as the specification of the document's version says."


def _name(route: Route) -> str:
    return f"`{'.'.join(map(str, route))}`" if route else "the document"


def _kind(value: object) -> str:
    names = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}
    return names.get(type(value), "number")
