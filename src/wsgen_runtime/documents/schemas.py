"""Fills the slots of a document, which name Python types, with JSON schemas."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from enum import Flag
from typing import Any, ClassVar, Literal

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from wsgen_runtime.documents.dialect import Draft07
from wsgen_runtime.documents.document_references import resolve_type
from wsgen_runtime.documents.frame_examples import (
    EXAMPLES,
    RefusedExample,
    drop_examples,
    put_examples,
)
from wsgen_runtime.documents.inline_schemas import name_inline, require_discriminators
from wsgen_runtime.documents.model_names import ModelKey, is_enum, model_names

Mode = Literal["validation", "serialization"]
Slot = tuple[str, Mode]
Resolve = Callable[[str], Any]  # a type expression has no common static type

TYPE, MODE = "x-python-type", "x-python-mode"
_SCHEMAS = "#/components/schemas/"
_FEW = 5
"""An enum with as many values or fewer stands in each place where it is used."""


class UnfillableError(Exception):
    """`reasons` maps each type expression without a schema to its exception; `refused` are invalid examples."""

    def __init__(
        self, reasons: Mapping[str, Exception], refused: Sequence[RefusedExample] = ()
    ) -> None:
        texts = [
            f"no JSON Schema for {name}: {type(error).__name__}: {error}"
            for name, error in reasons.items()
        ]
        texts += [f"example {item.index} of {item.route}: {item.text}" for item in refused]
        super().__init__("; ".join(texts))
        self.reasons = dict(reasons)
        self.refused = tuple(refused)


def fill(
    document: Mapping[str, object],
    *,
    resolve: Resolve = resolve_type,
    strict: bool = True,
    examples: bool = True,
) -> dict[str, object]:
    """Return `document` with a JSON schema in place of each slot, and the shared ones in `components.schemas`.

    `resolve` returns the type of an expression. Examples of routes become examples of their messages, and other
    messages get examples that are made from their types; without `examples`, no message gets any.

    Raises UnfillableError if a type cannot be resolved, has no JSON schema or refuses an example. Without
    `strict`, such a slot becomes a schema that allows any value, and such an example is left out.
    """
    adapters, reasons = _adapters(sorted(set(_slots(document))), resolve)
    if reasons and strict:
        raise UnfillableError(reasons)
    by_slot, shared = _schemas(adapters, _taken(document))
    filled = _put(document, by_slot)
    if not isinstance(filled, dict):
        raise TypeError("a document is a mapping")
    refused = []
    if examples:
        refused = put_examples(
            filled, dict(document), lambda slot: adapters.get(_slot(slot) or ("", "validation"))
        )
    else:
        drop_examples(filled)
    if refused and strict:
        raise UnfillableError({}, refused)
    if shared:
        components = filled.setdefault("components", {})
        components.setdefault("schemas", {}).update(sorted(shared.items()))
    if schemas := filled.get("components", {}).get("schemas"):
        require_discriminators(schemas)
        name_inline(schemas, _taken(filled))
    return filled


def _taken(document: Mapping[str, Any]) -> set[str]:  # Any: JSON
    """Return the names in `document` that no model may have."""
    components = document.get("components", {})
    return {*components.get("schemas", ()), *components.get("messages", ())}


def _slots(node: object) -> Iterator[Slot]:
    if isinstance(node, Mapping):
        if (slot := _slot(node)) is not None:
            yield slot
        else:
            for key, value in node.items():
                if key != EXAMPLES:
                    yield from _slots(value)
    elif isinstance(node, list | tuple):
        for item in node:
            yield from _slots(item)


def _slot(node: Mapping[str, object]) -> Slot | None:
    name = node.get(TYPE)
    if not isinstance(name, str):
        return None
    return (name, "serialization" if node.get(MODE) == "serialization" else "validation")


def _adapters(
    slots: list[Slot], resolve: Resolve
) -> tuple[dict[Slot, TypeAdapter[Any]], dict[str, Exception]]:  # Any: as `Resolve`
    adapters: dict[Slot, TypeAdapter[Any]] = {}
    reasons: dict[str, Exception] = {}
    for name, mode in slots:
        try:
            adapter = TypeAdapter(resolve(name))
            # First each alone, so that an exception can be assigned to its type.
            adapter.json_schema(schema_generator=_Schemas, mode=mode)
        except Exception as error:  # importing and describing models runs user code
            reasons.setdefault(name, error)
        else:
            adapters[name, mode] = adapter
    return adapters, reasons


def _schemas(
    adapters: Mapping[Slot, TypeAdapter[Any]],  # Any: as `Resolve`
    taken: Collection[str],
) -> tuple[dict[Slot, object], dict[str, object]]:
    """Return the schema of each slot, and those that they refer to by names, none of which is `taken`."""
    if not adapters:
        return {}, {}
    inputs: list[tuple[str, Mode, TypeAdapter[Any]]] = [  # Any: as `Resolve`
        (name, mode, adapter) for (name, mode), adapter in adapters.items()
    ]
    known: dict[str, ModelKey] = {}
    generator: type[_Schemas] = type("_Recording", (_Schemas,), {"known": known})
    found, definitions = TypeAdapter.json_schemas(
        inputs, ref_template=f"{_SCHEMAS}{{model}}", schema_generator=generator
    )
    shared = definitions.get("$defs", {})
    names = model_names({key: known[key] for key in shared}, shared, taken)
    references = {f"{_SCHEMAS}{key}": f"{_SCHEMAS}{name}" for key, name in names.items()}
    inlined = {
        f"{_SCHEMAS}{key}": _titled(schema, names[key], known[key])
        for key, schema in shared.items()
        if is_enum(schema) and len(schema.get("enum", ())) <= _FEW
    }
    dialects = {
        mode: Draft07(references, inlined, is_sent=mode == "serialization")
        for mode in ("validation", "serialization")
    }
    return (
        {(name, mode): dialects[mode].convert(found[name, mode]) for name, mode in adapters},
        {
            names[key]: _titled(dialects[known[key].mode].convert(schema), names[key], known[key])
            for key, schema in shared.items()
            if f"{_SCHEMAS}{key}" not in inlined
        },
    )


def _titled(schema: object, name: str, model: ModelKey) -> dict[str, object]:
    """Return a schema with its name as the title; a title that the model has itself may describe it."""
    given = dict(schema) if isinstance(schema, Mapping) else {}
    said = given.pop("title", None)
    if isinstance(said, str) and said not in (name, model.short):
        given.setdefault("description", said)
    return {"title": name, **given}


def _put(node: object, schemas: Mapping[Slot, object]) -> object:
    if isinstance(node, Mapping):
        if (slot := _slot(node)) is not None:
            return schemas.get(slot, {})
        return {
            key: value if key == EXAMPLES else _put(value, schemas) for key, value in node.items()
        }
    if isinstance(node, list | tuple):
        return [_put(item, schemas) for item in node]
    return node


class _Schemas(GenerateJsonSchema):
    """Describes models as they are sent: with all fields, also those with defaults.

    Each schema has a key of its own, and what it describes is in `known`.
    """

    ignored_warning_kinds = {"skipped-choice", "non-serializable-default"}  # noqa: RUF012 - pydantic's way
    known: ClassVar[dict[str, ModelKey]] = {}

    def get_defs_ref(self, core_mode_ref: Any) -> Any:  # Any: pydantic's own types of texts
        """Return the key of a schema, and remember what it describes."""
        key = super().get_defs_ref(core_mode_ref)
        # Without this, pydantic looks for shorter keys, which depend on the other schemas.
        self._prioritized_defsref_choices[key] = [key]
        self.known[key] = ModelKey(*core_mode_ref)
        return key

    def enum_schema(self, schema: Any) -> dict[str, Any]:  # Any: pydantic's schema
        """Return the schema of an enum, with each value once although it may have aliases.

        Flags have no list of values, since pydantic also accepts and sends combinations of them.
        """
        described = _once(super().enum_schema(schema))
        if issubclass(schema["cls"], Flag):
            described.pop("enum", None)
            described.pop("const", None)
        return described

    def literal_schema(self, schema: Any) -> dict[str, Any]:  # Any: pydantic's schema
        """Return the schema of values, of which two enums may have the same."""
        return _once(super().literal_schema(schema))

    def p_arguments_schema(
        self,
        arguments: Any,  # Any: pydantic's schemas
        var_args_schema: Any,
    ) -> dict[str, Any]:
        """Return the schema of a named tuple, which pydantic before 2.14 describes like a call."""
        return self._whole(super().p_arguments_schema(arguments, var_args_schema))

    def named_tuple_schema(self, schema: Any) -> dict[str, Any]:  # Any: pydantic's schema
        """Return the schema of a named tuple."""
        return self._whole(super().named_tuple_schema(schema))

    def _whole(self, described: dict[str, Any]) -> dict[str, Any]:  # Any: JSON
        """Let a named tuple be sent with all its items, also those with defaults."""
        if self.mode == "serialization" and "prefixItems" in described:
            described["minItems"] = len(described["prefixItems"])
        return described

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  # Any: pydantic's schema
        """Return that no field gets a title from its name; it has one only if the model says so."""
        return False

    def field_is_required(self, field: Any, total: bool) -> bool:  # Any: pydantic's schema
        """Return whether a frame always contains the field."""
        if self.mode == "serialization" and field["type"] in ("model-field", "dataclass-field"):
            return not field.get("serialization_exclude") and not field.get(
                "serialization_exclude_if"
            )
        return super().field_is_required(field, total)


def _once(schema: dict[str, Any]) -> dict[str, Any]:  # Any: JSON
    """Return the schema of an enum with each value once, as JSON Schema demands."""
    if "enum" not in schema:
        return schema
    values = {json.dumps(value, sort_keys=True): value for value in schema["enum"]}
    return {**schema, "enum": list(values.values())}
