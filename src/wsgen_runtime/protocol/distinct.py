"""Checks that different requests have different topics, which are named after what `model_dump` returns."""

import dataclasses
import types
import typing
from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta
from enum import Enum
from uuid import UUID

import pydantic
from pydantic import BaseModel, PlainSerializer, RootModel, SecretBytes, SecretStr, WrapSerializer
from pydantic.fields import FieldInfo

# pydantic has Secret since 2.7.
_SECRETS = (SecretStr, SecretBytes, getattr(pydantic, "Secret", SecretStr))

_NEVER_NONE = (str, bytes, int, float, date, time, timedelta, UUID, Enum)


def require_distinct(request_type: type[BaseModel]) -> None:
    """Raise TypeError, which names the field, if different requests of the type would have the same topic.

    Fields and models with a serializer of their own are assumed to distinguish their values.
    """
    for place, reason in _merged(request_type, (), set()):
        raise TypeError(
            f"{request_type.__name__} cannot be the request of a route: its field `{'.'.join(place)}` {reason},"
            " so that different requests would have the same topic; use another type, or add a serializer"
        )


def nullable_fields(request_type: type[BaseModel]) -> frozenset[str]:
    """Return the fields that may contain None, as far as can be seen; "" if any part of the dump may."""
    plain = request_type.__pydantic_decorators__
    if (
        issubclass(request_type, RootModel)
        or plain.model_serializers
        or plain.field_serializers
        or request_type.model_config.get("extra") == "allow"
    ):
        return frozenset({""})
    fields = request_type.model_fields.items()
    return frozenset(name for name, field in fields if not _never_none(field.annotation))


def _never_none(kind: object) -> bool:
    """Return whether no value of the type is or contains None; False for types whose inside is not examined."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return _never_none(arguments[0])
    if origin is typing.Literal:
        return None not in arguments
    if origin in (typing.Union, types.UnionType, list, tuple, set, frozenset, dict):
        return all(it is ... or _never_none(it) for it in arguments)
    return isinstance(kind, type) and issubclass(kind, _NEVER_NONE)


def _merged(
    kind: object, place: tuple[str, ...], seen: set[object]
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield each field at or below `place` whose values are all dumped as the same text, with the reason."""
    origin = typing.get_origin(kind) or kind
    if isinstance(origin, type) and issubclass(origin, _SECRETS):
        yield place, "is dumped as asterisks"
        return
    if origin is typing.Literal or any(
        isinstance(mark, PlainSerializer | WrapSerializer)
        for mark in getattr(kind, "__metadata__", ())
    ):
        return
    # The value of `type X = ...`, and the arguments of X[...].
    arguments = [getattr(kind, "__value__", None), *typing.get_args(kind)]
    for argument in arguments:
        if argument is not None and not isinstance(argument, FieldInfo):
            yield from _merged(argument, place, seen)
    if not isinstance(origin, type) or kind in seen:
        return
    seen.add(kind)
    for name, field in _fields_of(origin).items():
        inner = (*place, name)
        if isinstance(field, FieldInfo):
            if field.exclude is True:
                yield inner, "is excluded from the dump"
                continue
            if any(isinstance(mark, PlainSerializer | WrapSerializer) for mark in field.metadata):
                continue
            field = field.annotation
        yield from _merged(field, inner, seen)


def _fields_of(kind: type) -> Mapping[str, object]:
    """Return the fields without a serializer of a model, dataclass, TypedDict or named tuple."""
    fields: Mapping[str, object] = getattr(kind, "__pydantic_fields__", None) or (
        kind.model_fields if issubclass(kind, BaseModel) else {}
    )
    if not fields and (
        dataclasses.is_dataclass(kind)
        or hasattr(kind, "__total__")  # a TypedDict, of typing or typing_extensions
        or (issubclass(kind, tuple) and hasattr(kind, "_fields"))
    ):
        try:
            fields = typing.get_type_hints(kind, include_extras=True)
        except Exception:  # a name that does not exist at run time, which pydantic reports
            return {}
    decorators = getattr(kind, "__pydantic_decorators__", None)
    if decorators is None:
        return fields
    if decorators.model_serializers:
        return {}
    own = {name for it in decorators.field_serializers.values() for name in it.info.fields}
    return {name: field for name, field in fields.items() if not {name, "*"} & own}
