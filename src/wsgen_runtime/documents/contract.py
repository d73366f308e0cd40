"""The contract of an app: a digest of its AsyncAPI document, which tells a client that it is outdated.

Titles, descriptions, examples and addresses do not change it, nor does the order of anything.
"""

import asyncio
import hashlib
import json
import logging
from typing import Any

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
    """Return the contract of the first channel of an AsyncAPI 3 document."""
    (channel, *_) = document["channels"].values()
    frames = {name: _bare(item["payload"]) for name, item in channel["messages"].items()}
    schemas = document.get("components", {}).get("schemas", {})
    bare = [frames, _bare(schemas, names=True)]
    return hashlib.sha256(json.dumps(bare, sort_keys=True).encode()).hexdigest()[:_LENGTH]


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
