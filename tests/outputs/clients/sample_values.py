"""Values of the models of a document: those that polyfactory makes, and mutants of them.

Whether a mutant is a value of its type too, its JSON schema says, and the model if it takes such values.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, is_dataclass
from enum import Enum
from functools import partial
from itertools import islice
from typing import Any

from jsonschema import Draft7Validator
from polyfactory.exceptions import ParameterException
from polyfactory.factories import DataclassFactory, TypedDictFactory
from polyfactory.factories.pydantic_factory import ModelFactory
from pydantic import BaseModel, TypeAdapter, ValidationError
from typing_extensions import is_typeddict

_EACH = 4
_MUTANTS = 30
_STRANGE = [[["mutant"]]]
"""What no type of the models accepts, unless it accepts anything."""

Json = Any  # any JSON value


@dataclass(frozen=True)
class Sample:
    """A value of the schema `name` in a document, or what was made of one; `fits` if the schema accepts it."""

    name: str
    value: Json
    fits: bool


def samples_of(
    document: dict[str, Any], models: dict[str, Any], sent: Mapping[str, str | None]
) -> Iterator[Sample]:
    """Yield values and mutants for each schema of `document` that one of `models` has the name of.

    `sent` are the keys that clients send in place of those that they receive, None for those that they do not.
    """
    for name in document["components"]["schemas"]:
        schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        accepts = Draft7Validator(schema).is_valid
        kind = models.get(name) or models.get(_plain(name))
        for value in _both(_values(kind), sent) if kind is not None else ():
            if not accepts(value):  # it is a value of the other direction
                continue
            yield Sample(name, value, fits=True)
            taken = _takes(kind, value)
            for mutant in _spread(list(_mutants(value))):
                # A schema does not say that a union needs the tag that tells its members apart.
                fits = accepts(mutant) and (not taken or _takes(kind, mutant))
                yield Sample(name, mutant, fits)


def _both(values: Iterator[Json], sent: Mapping[str, str | None]) -> Iterator[Json]:
    for value in values:
        yield value
        yield _renamed(value, sent)


def _renamed(value: Json, sent: Mapping[str, str | None]) -> Json:
    if isinstance(value, list):
        return [_renamed(item, sent) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        new: _renamed(item, sent)
        for key, item in value.items()
        if (new := sent.get(key, key)) is not None
    }


def _takes(kind: Any, value: Json) -> bool:
    """Return whether a model takes `value` from a client."""
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return False
    return True


def _plain(name: str) -> str:
    for ending in ("-Input", "-Output", "Input", "Output"):
        name = name.removesuffix(ending)
    return name


def _values(kind: Any) -> Iterator[Json]:
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        yield from (json.loads(adapter.dump_json(item)) for item in kind)
        return
    base: Any = None
    if is_typeddict(kind):
        base = TypedDictFactory
    elif is_dataclass(kind):
        base = DataclassFactory
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        base = ModelFactory
    else:
        return
    for made in (item for item in vars(sys.modules[kind.__module__]).values()):
        if isinstance(made, type) and issubclass(made, tuple):  # a NamedTuple
            base.add_provider(made, partial(_named_tuple, made))
    base.add_provider(object, lambda: "anything")
    factory = base.create_factory(kind, __random_seed__=7, __allow_none_optionals__=True)
    for value in islice(_made_by(factory), _EACH):
        for by_alias in (True, False):
            yield json.loads(adapter.dump_json(value, by_alias=by_alias))


def _made_by(factory: Any) -> Iterator[Any]:
    for _ in range(10 * _EACH):
        try:
            yield factory.build()
        except ParameterException:  # a type that it does not know
            return
        except ValidationError:  # it takes JSON in a text for what is in it
            continue


def _named_tuple(kind: Any) -> Any:
    return TypeAdapter(kind).validate_python([1, 2.5, "a"])


def _mutants(value: Json) -> Iterator[Json]:
    """Yield copies of `value` that differ in one place: a property is missing, or a value is a strange one."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield {other: value[other] for other in value if other != key}
            for mutant in _mutants(item):
                yield {**value, key: mutant}
    elif isinstance(value, list) and value:
        for mutant in _mutants(value[0]):
            yield [mutant, *value[1:]]
    yield _STRANGE


def _spread(mutants: list[Json]) -> list[Json]:
    """Return so many of `mutants` from all over."""
    step = max(1, len(mutants) // _MUTANTS)
    return mutants[::step]
