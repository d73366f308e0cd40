"""A headless Firefox, driven over WebDriver BiDi, which it speaks by itself."""

import itertools
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.page.tabs import DEADLINE, Tab, address_in, as_text, from_text
from tests.parts import FIREFOX, require
from websockets.sync.client import ClientConnection, connect

Json = dict[str, Any]  # BiDi messages

_FLAGS = ("--headless", "--no-remote", "--remote-debugging-port", "0")
_PREFERENCES = {
    "app.update.disabledForTesting": True,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}


class FirefoxTab(Tab):
    """One tab of Firefox."""

    def __init__(self, socket: ClientConnection) -> None:
        super().__init__()
        self._socket = socket
        self._ids = itertools.count(1)
        self._send("session.new", capabilities={})
        self._send("session.subscribe", events=["log.entryAdded"])
        self._context = self._send("browsingContext.getTree")["contexts"][0]["context"]

    def evaluate(self, expression: str) -> Any:  # whatever the JavaScript returns
        answer = self._send(
            "script.evaluate",
            expression=as_text(expression),
            awaitPromise=True,
            target={"context": self._context},
        )
        if answer["type"] == "exception":
            raise RuntimeError(json.dumps(answer["exceptionDetails"])[:2000])
        return from_text(answer["result"].get("value"))

    def leave(self) -> None:
        self._send("browsingContext.navigate", context=self._context, url="about:blank")

    def _send(self, method: str, **params: object) -> Json:
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message: Json = json.loads(self._socket.recv(timeout=DEADLINE))
            if message.get("method") == "log.entryAdded":
                if message["params"]["level"] in ("error", "warn"):
                    self.complaints.append(message["params"]["text"])
            elif message.get("id") == number:
                if message["type"] == "error":
                    raise RuntimeError(f"{method}: {message['message']}")
                result: Json = message["result"]
                return result


@contextmanager
def open_firefox(profile: Path) -> Iterator[FirefoxTab]:
    """Run a Firefox of its own, with the empty directory `profile`, and give its tab."""
    lines = [
        f"user_pref({json.dumps(name)}, {json.dumps(value)});\n"
        for name, value in _PREFERENCES.items()
    ]
    (profile / "user.js").write_text("".join(lines), "utf-8")
    command = [require(FIREFOX), *_FLAGS, "--profile", str(profile), "about:blank"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        try:
            assert process.stderr is not None
            address = address_in(process.stderr, "WebDriver BiDi listening on ")
            with connect(f"{address}/session", max_size=None, compression=None) as socket:
                yield FirefoxTab(socket)
        finally:
            process.terminate()
            process.communicate(timeout=DEADLINE)
