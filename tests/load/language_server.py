"""The YAML language server as an editor runs it: a process that speaks its protocol over stdio."""

import json
import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self  # messages of the protocol are JSON

from tests.parts import NODE, require

NPM = Path(__file__).parents[1] / "npm"
SERVER = NPM / "node_modules/yaml-language-server/bin/yaml-language-server"
DEADLINE = 60.0


class LanguageServer:
    """A server that knows `schema` for all files; what it says is answered or kept while one waits for it."""

    def __init__(self, schema: Path) -> None:
        node = require(NODE)
        assert SERVER.exists(), "the YAML language server is missing: run `make parser`"
        self.settings = {
            "schemas": {schema.as_uri(): "*.yaml"},
            "schemaStore": {"enable": False},
            "kubernetesCRDStore": {"enable": False},
        }
        self.process = subprocess.Popen(
            [node, str(SERVER), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.deadline = threading.Timer(DEADLINE, self.process.kill)
        self.diagnostics: dict[str, list[dict[str, Any]]] = {}
        self.sent = 0

    def __enter__(self) -> Self:
        self.deadline.start()
        ability = {"workspace": {"configuration": True}, "textDocument": {"hover": {}}}
        self.ask("initialize", {"processId": None, "rootUri": None, "capabilities": ability})
        self.tell("initialized", {})
        self.tell("workspace/didChangeConfiguration", {"settings": {"yaml": self.settings}})
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.deadline.cancel()
        self.process.kill()
        self.process.communicate()

    def open(self, uri: str, text: str) -> None:
        """Open a document."""
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})

    def problems(self, uri: str) -> list[dict[str, Any]]:
        """Return the diagnostics of a document that is open."""
        while uri not in self.diagnostics:
            self.receive()
        return self.diagnostics[uri]

    def ask_at(self, method: str, uri: str, line: int, character: int) -> Any:
        """Return the answer to a question about a place, which counts from 0."""
        place = {"line": line, "character": character}
        return self.ask(method, {"textDocument": {"uri": uri}, "position": place})

    def ask(self, method: str, params: dict[str, Any]) -> Any:
        """Send a request and return its result."""
        self.sent += 1
        number = self.sent
        self.send({"id": number, "method": method, "params": params})
        while (message := self.receive()).get("id") != number or "method" in message:
            pass
        return message["result"]

    def tell(self, method: str, params: dict[str, Any]) -> None:
        """Send a notification."""
        self.send({"method": method, "params": params})

    def send(self, message: dict[str, Any]) -> None:
        assert self.process.stdin
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(data), data))
        self.process.stdin.flush()

    def receive(self) -> dict[str, Any]:
        """Return the next message; diagnostics are kept and requests are answered."""
        assert self.process.stdout
        size = 0
        while (line := self.process.stdout.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            size = int(value) if name.lower() == b"content-length" else size
        assert line, "the server has ended, or did not answer in time"
        message: dict[str, Any] = json.loads(self.process.stdout.read(size))
        method, params = message.get("method"), message.get("params")
        if method == "textDocument/publishDiagnostics" and params:
            self.diagnostics[params["uri"]] = params["diagnostics"]
        elif method == "workspace/configuration" and params:
            known = {"yaml": self.settings}
            result = [known.get(item.get("section"), {}) for item in params["items"]]
            self.send({"id": message["id"], "result": result})
        elif method is not None and "id" in message:
            self.send({"id": message["id"], "result": None})
        return message
