"""The contract of an endpoint: a digest of its AsyncAPI document, which tells a client that it is outdated.

Titles, descriptions, examples, addresses and names of schemas do not change it, nor does the order of anything.
"""

import hashlib
import json
from typing import Any

from wsgen_runtime.documents.document_references import name_in
from wsgen_runtime.documents.stub_parts import with_used

_TEXTS = frozenset(("title", "description", "examples", "summary", "deprecated"))
_OF_NAMES = frozenset(
    ("properties", "patternProperties", "schemas", "$defs")
)  # their keys are names
_LENGTH = 16

CONTRACT = "x-contract"
"""The field of a channel that has its contract."""


def with_contracts(document: dict[str, Any]) -> dict[str, Any]:
    """Return an AsyncAPI 3 document, whose messages are components, with the contract of each channel."""
    channels = {
        key: {**channel, CONTRACT: contract_of(document, key)}
        for key, channel in document["channels"].items()
    }
    return {**document, "channels": channels}


def contract_of(document: dict[str, Any], key: str | None = None) -> str:
    """Return the contract of the channel `key`, or else of the first one; others do not change it."""
    components = document["components"]
    channel = document["channels"][key or next(iter(document["channels"]))]
    messages = [
        components["messages"][name_in(item["$ref"])] for item in channel["messages"].values()
    ]
    names = {item["name"]: name_in(item["payload"]["$ref"]) for item in messages}
    schemas = with_used(components["schemas"], names.values())
    digests = _digests({name: _bare(schema) for name, schema in schemas.items()})
    frames = {name: digests[schema] for name, schema in names.items()}
    return _digest([frames, sorted(set(digests.values()))])[:_LENGTH]


def _digests(schemas: dict[str, Any]) -> dict[str, str]:
    """Return a digest of each schema, in which the names of those that it refers to do not count.

    In each round, a digest covers what is one reference further away. When a round distinguishes no further
    schemas, later ones do not either.
    """
    digests = dict.fromkeys(schemas, "")
    distinct = 0
    while (found := len(set(digests.values()))) > distinct:
        distinct = found
        digests = {key: _digest(_named(schema, digests)) for key, schema in schemas.items()}
    return digests


def _named(value: Any, digests: dict[str, str]) -> Any:
    """Return the JSON value `value` with the digest of each schema that it refers to in place of its name."""
    if isinstance(value, list):
        return [_named(item, digests) for item in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("$ref"), str):
        value = {**value, "$ref": digests.get(name_in(value["$ref"]), value["$ref"])}
    return {key: item if key == "$ref" else _named(item, digests) for key, item in value.items()}


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _bare(value: Any, *, names: bool = False) -> Any:
    """Return the JSON value `value` without texts for people; `names` says that its keys are names."""
    if isinstance(value, list):
        return [_bare(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _bare(item, names=not names and key in _OF_NAMES)
        for key, item in value.items()
        if names or key not in _TEXTS
    }
