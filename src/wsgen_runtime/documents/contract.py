"""The contract of an app: a digest of its AsyncAPI document, which tells a client that it is outdated.

Titles, descriptions, examples, addresses and names of schemas do not change it, nor does the order of anything.
"""

import asyncio
import hashlib
import json
import logging
from typing import Any

from wsgen_runtime.documents.document_references import name_in
from wsgen_runtime.documents.http import Served, describe_app

_log = logging.getLogger("wsgen_runtime")
_TEXTS = frozenset(("title", "description", "examples", "summary", "deprecated"))
_OF_NAMES = frozenset(
    ("properties", "patternProperties", "schemas", "$defs")
)  # their keys are names
_LENGTH = 16


class Contract:
    """Computes the contract of an app in a thread, once, when a client first asks for it."""

    def __init__(self, app: Served) -> None:
        self._app = app
        self._digest: str | None = None
        self._making: asyncio.Task[None] | None = None

    async def __call__(self) -> str:
        """Return the digest; empty if the document cannot be made, which is logged."""
        if self._digest is None:
            loop = asyncio.get_running_loop()
            making = self._making
            if making is None or making.done() or making.get_loop() is not loop:
                making = self._making = loop.create_task(self._make())
            await asyncio.wait({making})
        return self._digest or ""

    async def _make(self) -> None:
        try:
            self._digest = await asyncio.to_thread(lambda: contract_of(describe_app(self._app, "")))
        except Exception:  # the schemas of models are made by user code
            _log.exception("the AsyncAPI document cannot be made, so that `contract` is empty")
            self._digest = ""


def contract_of(document: dict[str, Any]) -> str:
    """Return the contract of the first channel of an AsyncAPI 3 document whose messages are components."""
    components = document["components"]
    schemas = {key: _bare(schema) for key, schema in components["schemas"].items()}
    digests = _digests(schemas)
    (channel, *_) = document["channels"].values()
    messages = (components["messages"][key] for key in channel["messages"])
    frames = {item["name"]: digests[name_in(item["payload"]["$ref"])] for item in messages}
    return _digest([frames, sorted(set(digests.values()))])[:_LENGTH]


def _digests(schemas: dict[str, Any]) -> dict[str, str]:
    """Return a digest of each schema, in which the names of those that it refers to do not count.

    In each round, a digest covers what is one reference further away. When a round tells no more schemas apart
    than the one before it, no later one does.
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
