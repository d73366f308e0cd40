"""Check examples against their schemas."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import quote

from jsonschema import Draft7Validator
from jsonschema.exceptions import UnknownType, ValidationError, best_match
from jsonschema.validators import extend
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT7

from wsgen.asyncapi.validation.check_limits import Budget, Tell, TooSlowError
from wsgen.asyncapi.validation.document_reader import AsyncApiDocument
from wsgen.asyncapi.validation.reference_targets import Route, value_at
from wsgen.diagnostics import Diagnostic, Severity
from wsgen.names import shortened

_BASE = "document:"
_Schemas = Registry[Any]  # JSON schemas, as jsonschema types them
_NATIVE = re.compile(r"application/(vnd\.aai\.asyncapi|schema)(\+(json|yaml))?;")
_ENDLESS = "its schema leads back to itself, or is nested too deeply"


def check_examples(document: AsyncApiDocument, budget: Budget, tell: Tell) -> Iterator[Diagnostic]:
    """Yield, as warnings, the examples of messages and schemas that their schemas refuse.

    They are warnings because such a document can be used; not all examples of the specification itself match. An
    example that cannot be checked is an error. The position of each example is reported before it is checked.
    """

    def reach(route: Route) -> None:
        tell(document.value_span(route))

    for code, place, text in mismatches(document.value, budget, reach):
        span = document.value_span(place)
        if code == "WSG606":
            message = f"the example cannot be checked: {text}"
            help_text = "Simplify its schema, or remove the example."
            yield Diagnostic(code, message, span, help=help_text)
            continue
        what = "payload" if code == "WSG650" else "schema"
        message = f"the example does not match the {what}: {text}"
        help_text = "Correct the example or the schema."
        yield Diagnostic(code, message, span, help=help_text, severity=Severity.WARNING)


def mismatches(
    root: Any,  # any JSON value
    budget: Budget,
    reach: Callable[[Route], None] = lambda _: None,
) -> Iterator[tuple[str, Route, str]]:
    """Yield code, place and what is wrong with each example in the document `root` that its schema refuses.

    The code is WSG606 for one that cannot be checked, in time or at all. `reach` is called at each example.
    """
    registry: _Schemas = Registry().with_resource(_BASE, DRAFT7.create_resource(root))
    for code, schema, example in _examples(root, ()):
        reach(example)
        try:
            error = budget.spend(partial(_error, root, registry, schema, example))
        except TooSlowError:
            if budget.left <= 0:
                yield "WSG606", example, "it takes too long; later ones were left out"
                return
            yield "WSG606", example, "it takes too long"
        except RecursionError:
            yield "WSG606", example, _ENDLESS
        else:
            if error is not None:
                yield code, (*example, *error.absolute_path), shortened(error.message)


def _error(
    root: object, registry: _Schemas, schema: Route, example: Route
) -> ValidationError | None:
    pointer = "/".join(quote(str(key).replace("~", "~0").replace("/", "~1")) for key in schema)
    validator = _Validator({"$ref": f"{_BASE}#/{pointer}"}, registry=registry)
    try:
        error: ValidationError | None = best_match(validator.iter_errors(value_at(root, example)))
    except (Unresolvable, UnknownType, re.error, TypeError, AttributeError, LookupError):
        return None  # The schema itself is wrong, which other checks report.
    except (ArithmeticError, ValueError):
        return None  # So are a division by zero and a number that is too large for a float.
    return error


def _unique_items(
    _validator: object, unique: object, instance: object, _schema: object
) -> Iterator[ValidationError]:
    """Find repeated items in linear time, not in quadratic time."""
    if unique is not True or not isinstance(instance, list):
        return
    if len(set(map(_hashable, instance))) < len(instance):
        yield ValidationError(f"{shortened(repr(instance))} has non-unique elements")


def _hashable(value: object) -> object:
    """Return a value that is equal for equal JSON values: `1` and `1.0` are equal, `1` and `true` are not."""
    if isinstance(value, dict):
        return frozenset((key, _hashable(item)) for key, item in value.items())
    if isinstance(value, list):
        return tuple(map(_hashable, value))
    return (value, "") if isinstance(value, bool) else value


_extend: Any = extend  # jsonschema leaves it untyped
_Validator = _extend(Draft7Validator, {"uniqueItems": _unique_items})


def _examples(value: object, route: Route) -> Iterator[tuple[str, Route, Route]]:
    """Yield code, the route of a schema and the route of an example of it."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _examples(item, (*route, index))
    if not isinstance(value, dict):
        return
    if "payload" in value or "headers" in value:
        yield from _of_message(value, route)
    for key, item in value.items():
        if key in ("examples", "example", "default", "const", "enum") or key.startswith("x-"):
            continue
        is_schema = key in ("payload", "schema") or route[-1:] == ("schemas",)
        has_format = isinstance(item, dict) and "schemaFormat" in item
        if is_schema and "schemaFormat" not in value and not has_format:
            yield from _of_schema(item, (*route, key))
        yield from _examples(item, (*route, key))


def _of_message(message: dict[str, object], route: Route) -> Iterator[tuple[str, Route, Route]]:
    examples = message.get("examples")
    form = message.get("schemaFormat")
    if isinstance(form, str) and not _NATIVE.match(form):
        return
    for index, example in enumerate(examples if isinstance(examples, list) else ()):
        for part in ("payload", "headers"):
            schema = message.get(part)
            if not isinstance(example, dict) or part not in example or schema is None:
                continue
            place: Route = (*route, part)
            if isinstance(schema, dict) and "schemaFormat" in schema:
                if not _NATIVE.match(str(schema["schemaFormat"])):
                    continue
                place = (*place, "schema")
            yield "WSG650", place, (*route, "examples", index, part)


def _of_schema(schema: object, route: Route) -> Iterator[tuple[str, Route, Route]]:
    """Yield the examples of a schema and of the schemas in it."""
    if not isinstance(schema, dict):
        return
    examples = schema.get("examples")
    for index, _ in enumerate(examples if isinstance(examples, list) else ()):
        yield "WSG651", route, (*route, "examples", index)
    properties = schema.get("properties")
    for name, item in properties.items() if isinstance(properties, dict) else ():
        yield from _of_schema(item, (*route, "properties", name))
    if isinstance(schema.get("items"), dict):
        yield from _of_schema(schema["items"], (*route, "items"))
