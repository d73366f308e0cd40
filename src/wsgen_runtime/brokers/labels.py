"""Labels of updates, by which processes recognise updates of another service that uses the same names."""

import json
import re
import warnings
from contextlib import suppress
from enum import Enum, auto
from hashlib import blake2b
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from urllib.parse import quote

from pydantic import TypeAdapter

_LONGEST = 200


class Difference(Enum):
    """How the label of an update differs from the one that this process expects."""

    NONE = auto()
    SCHEMA = auto()
    """The same route and type with another schema: another version of the service, as in a rolling deployment."""
    TYPE = auto()
    """Another route, or a type with another name: another service."""


class OtherTypeError(ValueError):
    """An update of another service arrived, which uses the same names in Redis."""

    def __init__(self, ours: str, theirs: str) -> None:
        super().__init__(
            f"updates of {theirs[:_LONGEST]!r} arrive where those of {ours!r} are expected, and are not "
            "delivered: give each service a title, or a prefix, of its own"
        )


def label_of(
    route: str, data_type: Any, adapter: TypeAdapter[Any]
) -> str:  # a type has no common type
    """Return `route/type/digest` without spaces; the digest of the JSON schema is empty if there is none."""
    digest = ""
    # If a type has no schema, or an incomplete one, for which pydantic warns, types are compared by name.
    with suppress(Exception), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        schema = json.dumps(adapter.json_schema(mode="serialization"), sort_keys=True)
        digest = blake2b(schema.encode(), digest_size=6).hexdigest()
    return "/".join((quote(route, safe=""), quote(_name_of(data_type), safe="[],|"), digest))


def compare(ours: str, theirs: str) -> Difference:
    """Return how two labels differ; an empty label equals all others."""
    if not theirs or not ours or theirs == ours:
        return Difference.NONE
    same = theirs.rpartition("/")[0] == ours.rpartition("/")[0]
    return Difference.SCHEMA if same else Difference.TYPE


def _name_of(data_type: Any) -> str:  # as above
    """Return the name of a type without modules and addresses, so that it is the same in every process."""
    origin, arguments = get_origin(data_type), get_args(data_type)
    if origin is Annotated:
        return _name_of(arguments[0])
    if origin in (Union, UnionType):
        return "|".join(map(_name_of, arguments))
    if origin is not None and origin is not Literal:
        inner = ",".join(map(_name_of, arguments))
        return f"{_name_of(origin)}[{inner}]"
    name = getattr(data_type, "__name__", None) or str(data_type)
    return re.sub(r" at 0x[0-9a-fA-F]+", "", str(data_type) if origin is Literal else name)
