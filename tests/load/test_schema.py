"""The JSON Schema accepts what the loader accepts, apart from the few checks that a schema cannot make."""

import ast
import json
import keyword
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError, validators

from wsgen.codes import CODES
from wsgen.diagnostics import Diagnostic
from wsgen.load.module import united
from wsgen.load.schema import ecma_pattern, ws_schema
from wsgen.load.types.grammar import MAX_TYPE
from wsgen.load.yaml.reader import load_yaml
from wsgen.model import Delivery, Example, ModuleSpec, Overflow, RouterSpec
from wsgen.source import ModuleSource

ROOT = Path(__file__).parents[2]
# The schema is JSON, whose type is what Any says.
SCHEMA: dict[str, Any] = json.loads((ROOT / "schemas/ws.schema.json").read_text("utf-8"))

BEYOND = frozenset(
    {
        "WSG117",  # names of keywords and standard modules in lower case
        "WSG118",  # classes that differ only in case
        "WSG119",  # one route twice, defaults included
        "WSG120",  # no route follows from the class
        "WSG122",  # the module's name in a form that discovery does not see
        "WSG130",  # keys that contradict each other
        "WSG132",  # commands and errors whose names mean something in Python or for the runtime
        "WSG133",  # one name for two things
        *(f"WSG{number}" for number in range(300, 309)),  # the grammar of types
    }
)
"""What only the loader finds in a document that is right for the schema."""


def _pattern(_: object, pattern: str, value: object, schema: object) -> Iterator[ValidationError]:
    if isinstance(value, str) and not ecma_pattern(pattern).search(value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


# types-jsonschema leaves `extend` untyped.
Validator = validators.extend(  # type: ignore[no-untyped-call]
    Draft202012Validator, {"pattern": _pattern}
)
VALIDATOR = Validator(SCHEMA)


def loader_finds(text: str) -> set[str]:
    path = Path("/module/ws.yaml")
    found: list[Diagnostic] = []
    declared = load_yaml(path, text.encode(), "shop.models", found)
    source = ModuleSource("module", None, path.parent, (path,), path.parent / "ws_generated")
    united(source, declared, declared.__class__(), found)
    return {diagnostic.code for diagnostic in found}


def check_agreement(document: object) -> None:
    text = json.dumps(document, ensure_ascii=False)
    # YAML folds these inside of quotes, or does not allow them; JSON's escape is YAML's, too.
    text = re.sub(
        "[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]", lambda match: f"\\u{ord(match[0]):04x}", text
    )
    assert yaml.safe_load(text) == document
    found = loader_finds(text)
    if VALIDATOR.is_valid(document):
        assert found <= BEYOND
    else:
        assert found


NOT_TEXT: st.SearchStrategy[object] = st.one_of(
    st.none(), st.booleans(), st.integers(), st.just(1.5), st.just([]), st.just({}), st.just(["x"])
)
TEXT = st.one_of(
    st.sampled_from(
        [
            "",
            " ",
            "bars",
            "bars\n",
            "Bar",
            "a-b",
            "a--b",
            "/ws",
            "/",
            "//",
            "/a/../b",
            "/a/..",
            "/a/...",
            "/a/",
            "ws",
            "/{x}",
            "class",
            "None",
            "shop.class",
            "shop.classes",
            "shop.models",
            ".shop",
            "latest",
            "charts and more",
            " charts",
            "a\tb",
            "a\nb",
            "📈",
            "x" * 100,
            "x" * 101,
            "x" * 201,
            "list[Bar]",
            "dict[str, Bar]",
            "Bar | None",
            "shop.models:Bar",
            " Bar ",
            "Bar\n",
            "Bar()",
            "'Bar'",
        ]
    ),
    st.text(max_size=5),
)
VALUE = TEXT | NOT_TEXT
EXAMPLE = st.fixed_dictionaries(
    {},
    optional={
        "name": VALUE,
        "summary": VALUE,
        "request": st.dictionaries(TEXT, VALUE, max_size=2) | VALUE,
        "data": VALUE,
        "output": VALUE,
    },
)
ROUTER = st.fixed_dictionaries(
    {},
    optional={
        "route": VALUE,
        "request": st.just("BarRequest") | VALUE,
        "data": st.just("Bar") | VALUE,
        "summary": VALUE,
        "description": VALUE,
        "tags": st.lists(VALUE, max_size=3) | VALUE,
        "deprecated": st.booleans() | VALUE,
        "delivery": st.fixed_dictionaries(
            {},
            optional={
                "queue": st.integers(-2, 2) | st.integers(65_530, 65_540) | VALUE,
                "overflow": st.sampled_from(["latest", "drop-oldest", "disconnect", "drop"])
                | VALUE,
                "interval": st.floats(0, 4_000) | VALUE,
                "x": VALUE,
            },
        )
        | VALUE,
        "snapshot": st.just("Book") | VALUE,
        "source": st.sampled_from(["service", "published"]) | VALUE,
        "history": st.fixed_dictionaries(
            {},
            optional={
                "updates": st.integers(-1, 3) | VALUE,
                "seconds": st.floats(0, 5) | VALUE,
                "bytes": st.integers(1_000, 1_050) | VALUE,
            },
        )
        | VALUE,
        "replay": st.integers(-1, 4) | VALUE,
        "errors": st.dictionaries(st.sampled_from(["not_found", "closed"]) | TEXT, VALUE) | VALUE,
        "security": st.lists(VALUE, max_size=3) | VALUE,
        "examples": st.lists(EXAMPLE | VALUE, max_size=3) | VALUE,
        "colour": VALUE,
    },
)
CLASS_NAME = st.sampled_from(
    ["BarWsRouter", "BARWsRouter", "QuoteWsRouter", "_", "_1", "__x__", "None", "Class", "Queue"]
)
COMMAND_NAME = st.sampled_from(["PlaceOrder", "Placeorder", "A1", "List", "Class", "place", "_"])
WIRE_NAME = st.sampled_from(
    ["orders.place", "orders.update", "update", "hello", "hello.x", "a..b", "a.", "A", "a-b_c.d"]
)
COMMAND = st.fixed_dictionaries(
    {},
    optional={
        "command": WIRE_NAME | VALUE,
        "request": st.just("NewOrder") | VALUE,
        "response": st.just("OrderAck") | VALUE,
        "errors": st.lists(COMMAND_NAME | VALUE, max_size=3) | VALUE,
        "timeout": st.floats(-1, 4_000) | VALUE,
        "summary": VALUE,
        "description": VALUE,
        "tags": st.lists(VALUE, max_size=3) | VALUE,
        "deprecated": st.booleans() | VALUE,
        "security": st.lists(VALUE, max_size=3) | VALUE,
        "colour": VALUE,
    },
)
DOCUMENT = st.fixed_dictionaries(
    {},
    optional={
        "version": st.just(1) | VALUE,
        "module": VALUE,
        "description": VALUE,
        "models": VALUE,
        "endpoint": VALUE,
        "tags": st.lists(VALUE, max_size=3) | VALUE,
        "security": st.lists(VALUE, max_size=3) | VALUE,
        "routers": st.dictionaries(CLASS_NAME | TEXT, ROUTER | VALUE, max_size=3) | VALUE,
        "commands": st.dictionaries(COMMAND_NAME | TEXT, COMMAND | VALUE, max_size=3) | VALUE,
        "rotuers": VALUE,
    },
)
SOUND = {"request": "BarRequest", "data": "Bar"}
SOUND_COMMAND = {"command": "orders.place", "request": "NewOrder", "response": "OrderAck"}


@given(DOCUMENT | VALUE)
@example({"version": 1, "routers": {}})
@example({"version": 1, "routers": {"BarWsRouter": SOUND}})
def test_schema_and_loader_agree_on_any_document(document: object) -> None:
    check_agreement(document)


@given(st.sampled_from([*SCHEMA["properties"]]), VALUE)
def test_schema_and_loader_agree_on_each_field_of_a_module(key: str, value: object) -> None:
    check_agreement({"version": 1, "routers": {"BarWsRouter": SOUND}, key: value})


@given(st.sampled_from([*SCHEMA["$defs"]["router"]["properties"]]), VALUE)
def test_schema_and_loader_agree_on_each_field_of_a_router(key: str, value: object) -> None:
    check_agreement({"version": 1, "routers": {"BarWsRouter": {**SOUND, key: value}}})


@given(
    st.sampled_from([*SCHEMA["$defs"]["command"]["properties"]]), VALUE | WIRE_NAME | COMMAND_NAME
)
def test_schema_and_loader_agree_on_each_field_of_a_command(key: str, value: object) -> None:
    command = {**SOUND_COMMAND, key: value}
    check_agreement({"version": 1, "routers": {}, "commands": {"PlaceOrder": command}})


@given(COMMAND_NAME | TEXT, st.lists(COMMAND_NAME | TEXT, max_size=2))
def test_schema_and_loader_agree_on_the_names_of_commands_and_errors(
    name: str, errors: list[str]
) -> None:
    command = {**SOUND_COMMAND, "errors": errors}
    check_agreement({"version": 1, "routers": {}, "commands": {name: command}})


@given(CLASS_NAME | TEXT | st.text("ABcd_1é-", max_size=4))
def test_schema_and_loader_agree_on_class_names(name: str) -> None:
    check_agreement({"version": 1, "routers": {name: SOUND}})


def test_the_cases_that_a_schema_can_refuse_are_refused_by_it() -> None:
    refused = 0
    for path in sorted((ROOT / "tests/cases").glob("yaml-*/module/ws.yaml")):
        if "laughs" in str(path):
            continue  # No ordinary reader of YAML survives these.
        try:
            document = yaml.safe_load(path.read_bytes())
            VALIDATOR.validate(document)
        except (yaml.YAMLError, UnicodeDecodeError, ValidationError, TypeError, ValueError):
            refused += 1
    assert refused >= 90


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def _parts(schema: Any) -> Iterator[dict[str, Any]]:
    """Yield each schema in `schema`, itself first."""
    yield schema
    for name in ("properties", "$defs"):
        for part in schema.get(name, {}).values():
            yield from _parts(part)
    for part in (*schema.get("allOf", ()), *map(schema.get, ("additionalProperties", "items"))):
        if isinstance(part, dict):
            yield from _parts(part)


@pytest.mark.parametrize("part", list(_parts(SCHEMA)), ids=str)
def test_each_rule_has_the_sentence_that_editors_show(part: dict[str, Any]) -> None:
    sentences = [part[key] for key in ("errorMessage", "patternErrorMessage") if key in part]
    if part.get("additionalProperties") is False or {"type", "required", "enum", "const"} & {*part}:
        assert "errorMessage" in part
    assert ("pattern" in part) == ("patternErrorMessage" in part)
    assert not any(text[0].isupper() or text.endswith(".") for text in sentences)
    assert part.get("x-wsgen-help", ".").endswith(".")
    if "maxLength" in part or "uniqueItems" in part:
        assert (part["items"] if "uniqueItems" in part else part).keys() & {"title", "$ref"}


@pytest.mark.parametrize("part", list(_parts(ws_schema())), ids=str)
def test_each_rule_has_what_its_diagnostic_is_made_of(part: dict[str, Any]) -> None:
    general = {"additionalProperties", "required", "type"}
    rules = {"const", "enum", "maxItems", "maxLength", "maximum", "minimum", "pattern"}
    field = part.get("x-wsgen-field", part)
    if part.keys() & {*rules, "uniqueItems"}:
        assert field.keys() >= {"title", "x-wsgen-code"}
    if part.keys() & {*rules, *general}:
        assert field["title"]
        assert field["examples"]


def test_each_code_of_the_schema_is_explained() -> None:
    given = [part["x-wsgen-code"] for part in _parts(SCHEMA) if "x-wsgen-code" in part]
    assert {*given[0].values(), *given[1:]} <= CODES.keys()


def test_the_model_has_each_field_and_default_of_the_schema() -> None:
    module, defs = SCHEMA["properties"], SCHEMA["$defs"]
    assert defs["router"]["properties"].keys() <= RouterSpec.model_fields.keys()
    assert defs["delivery"]["properties"].keys() == Delivery.model_fields.keys()
    assert defs["example"]["properties"].keys() == Example.model_fields.keys()
    assert {"description", "endpoint", "routers"} <= module.keys() & ModuleSpec.model_fields.keys()
    delivery = defs["delivery"]["properties"]
    assert delivery["overflow"]["enum"] == [overflow.value for overflow in Overflow]
    assert Delivery.model_validate(defs["delivery"]["default"]) == Delivery()
    for limit, fits in (("minimum", Delivery.model_fields), ("maximum", Delivery.model_fields)):
        bound = {"minimum": "ge", "maximum": "le"}[limit]
        limits = [getattr(item, bound, None) for item in fits["queue"].metadata]
        assert delivery["queue"][limit] in limits


def test_the_grammar_of_types_reads_what_the_schema_allows() -> None:
    typed = [part for part in _parts(SCHEMA) if part.get("x-wsgen-type") in ("request", "data")]
    assert [part["maxLength"] for part in typed] == [MAX_TYPE] * 5


def test_keywords_of_python_are_no_names() -> None:
    for word in keyword.kwlist:
        assert not VALIDATOR.is_valid({"version": 1, "routers": {word: SOUND}})
        assert not VALIDATOR.is_valid({"version": 1, "routers": {}, "models": f"shop.{word}"})
        assert VALIDATOR.is_valid({"version": 1, "routers": {}, "models": f"shop.{word}s"})


def test_no_code_lists_the_keys_again() -> None:
    common = {"description", "examples", "security", "summary", "tags", "version"}
    keys = {*SCHEMA["properties"], *SCHEMA["$defs"]["router"]["properties"]} - common
    lists = []
    for file in sorted((ROOT / "src/wsgen").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Tuple | ast.List | ast.Set):
                items = {item.value for item in node.elts if isinstance(item, ast.Constant)}
                lists += [file.relative_to(ROOT).as_posix()] if len(items & keys) > 2 else []
    assert lists == []


def _fields(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for owner in (schema, *schema["$defs"].values()):
        for name, field in owner.get("properties", {}).items():
            yield name, schema["$defs"]["delivery"] if "$ref" in field else field


@pytest.mark.parametrize(("name", "field"), list(_fields(SCHEMA)))
def test_each_field_helps_in_an_editor(name: str, field: dict[str, Any]) -> None:
    assert field["title"]
    assert field["description"].endswith((".", "`."))
    assert field["examples"]
    for value in (*field["examples"], *([field["default"]] if "default" in field else [])):
        Validator({**field, "$defs": SCHEMA["$defs"]}).validate(value)
    optional = name not in ("request", "data", "command", "response")
    assert (
        not optional or "default" in field or "Default:" in field["description"] or name == "tags"
    )
