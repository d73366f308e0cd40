"""The contract of an app, computed when a client first asks for it."""

import asyncio
import logging

from wsgen_runtime.documents.contract_digest import contract_of
from wsgen_runtime.documents.http import Served, describe_app

_log = logging.getLogger("wsgen_runtime")


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
            self._digest = await asyncio.to_thread(self._compute)
        except Exception:  # the schemas of models are made by user code
            _log.exception("the AsyncAPI document cannot be made, so that `contract` is empty")
            self._digest = ""

    def _compute(self) -> str:
        return contract_of(describe_app(self._app, "", examples=False))
