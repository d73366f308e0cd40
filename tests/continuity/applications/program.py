"""A JavaScript program with many applications, in Node or in a page of Chromium. A socket tells it what to do."""

import asyncio
import contextlib
import json
import sys
import tempfile
from collections.abc import Callable
from contextlib import AsyncExitStack
from http import HTTPStatus
from pathlib import Path
from typing import Any, Literal

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from tests.continuity.server import app_of
from tests.continuity.truth import Truth
from tests.page.browser import open_browser
from tests.parts import NODE, require
from wsgen_runtime.documents.http import describe_app

Line = dict[str, Any]  # Any: what an application has seen, as decoded
Where = Literal["node", "chromium"]

ROOT = Path(__file__).parents[3]
SOURCES = ROOT / "clients/typescript/src"
_HERE = Path(__file__).parent / "program"
_DEADLINE = 60.0
_PAGE = "<!doctype html><title>continuity</title><script type=module src=/program.js></script>"
_FLAGS = ("--js-flags=--expose-gc", "--enable-precise-memory-info")


class Program:
    """Runs while its block does. `heard` is called with each line, of which the times are those of the loop."""

    def __init__(self, where: Where, sources: Path = SOURCES) -> None:
        self._where = where
        self._sources = sources
        self._stack = AsyncExitStack()
        self._hearing: dict[int, Callable[[Line], None]] = {}
        self._orders: asyncio.Queue[str] = asyncio.Queue()
        self._ready = asyncio.Event()
        self._heap: asyncio.Future[int] | None = None
        self._offset = 0.0
        self.failures: list[str] = []
        """What nobody has caught in the program."""

    async def __aenter__(self) -> "Program":
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    def hear(self, application: int, heard: Callable[[Line], None]) -> None:
        """Call `heard` with what an application tells."""
        self._hearing[application] = heard

    def order(self, order: str, **what: object) -> None:
        """Tell the program to do something."""
        self._orders.put_nowait(json.dumps({"order": order, **what}))

    async def heap(self) -> int:
        """Return how many bytes are in use after a collection."""
        self._heap = asyncio.get_running_loop().create_future()
        self.order("collect")
        return await asyncio.wait_for(self._heap, _DEADLINE)

    async def _start(self) -> None:
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="program-")))
        bundle = folder / "program.mjs"
        client = folder / "client"
        document = folder / "asyncapi.json"
        document.write_text(json.dumps(describe_app(app_of(Truth(folder)), "")), "utf-8")
        await _run(
            *(sys.executable, "-m", "wsgen", "client", "typescript", "--quiet"),
            *("--from", str(document), "--output", str(client), "--runtime", "runtime"),
        )
        entry = "node" if self._where == "node" else "page"
        parts = (entry, str(bundle), str(client), str(self._sources))
        await _run(require(NODE), str(_HERE / "build.mjs"), *parts)
        text = bundle.read_bytes()

        def answer(connection: ServerConnection, request: Request) -> Response | None:
            if request.path == "/control":
                return None
            script = request.path == "/program.js"
            kind, body = ("text/javascript", text) if script else ("text/html", _PAGE.encode())
            headers = Headers({"Content-Type": f"{kind}; charset=utf-8", "Connection": "close"})
            return Response(HTTPStatus.OK, "OK", headers, body)

        control: Server = await self._stack.enter_async_context(
            serve(self._serve, "127.0.0.1", 0, process_request=answer, max_size=None)
        )
        address = f"127.0.0.1:{next(iter(control.sockets)).getsockname()[1]}"
        if self._where == "node":
            process = await asyncio.create_subprocess_exec(
                require(NODE), "--expose-gc", str(bundle), f"ws://{address}/control"
            )
            self._stack.push_async_callback(_end, process)
        else:
            await asyncio.to_thread(self._browse, folder / "profile", f"http://{address}/")
        await asyncio.wait_for(self._ready.wait(), _DEADLINE)

    def _browse(self, profile: Path, address: str) -> None:
        profile.mkdir()
        page = self._stack.enter_context(open_browser(profile, *_FLAGS))
        page.open(address)
        for domain in ("Network", "Runtime", "Log", "Page"):
            page.send(f"{domain}.disable")  # nobody reads what it would tell of each frame

    async def _tell(self, control: ServerConnection) -> None:
        while True:
            await control.send(await self._orders.get())

    async def _serve(self, control: ServerConnection) -> None:
        telling = asyncio.create_task(self._tell(control))
        try:
            with contextlib.suppress(ConnectionClosed):
                await self._take(control)
        finally:
            telling.cancel()

    async def _take(self, control: ServerConnection) -> None:
        async for text in control:
            message = json.loads(text)
            if "now" in message:
                # Neither clock is ever set. Times are later than they were, by how long this was under way.
                self._offset = asyncio.get_running_loop().time() - message["now"]
                self._ready.set()
            elif "heap" in message and self._heap is not None:
                self._heap.set_result(message["heap"])
            elif "failed" in message:
                self.failures.append(message["failed"])
            for line in message.get("lines", ()):
                for key in ("time", "asked"):
                    if key in line:
                        line[key] += self._offset
                self._hearing[line["application"]](line)


async def _run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(*command)
    if await asyncio.wait_for(process.wait(), _DEADLINE):
        raise RuntimeError(f"failed: {command}")


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.wait()
