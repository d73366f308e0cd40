"""WebKitGTK in a display of its own, driven over WebDriver: the engine of Safari, with another network stack."""

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests.page.server_process import free_port
from tests.page.tabs import DEADLINE, Tab, as_text, from_text
from tests.parts import WEBKIT, XVFB, require

Json = dict[str, Any]  # WebDriver messages

_SCRIPT = """
const done = arguments[arguments.length - 1];
eval(arguments[0]).then((text) => done([true, text ?? null]), (error) => done([false, String(error)]));
"""


class WebKitTab(Tab):
    """One tab of WebKitGTK. Its driver does not tell what the console was told."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._connection = HTTPConnection("127.0.0.1", port, timeout=2 * DEADLINE)
        self._session = ""
        started = self._send("POST", "", capabilities={"alwaysMatch": {}})
        self._session = f"/{started['sessionId']}"

    def evaluate(self, expression: str) -> Any:  # whatever the JavaScript returns
        script = as_text(expression)
        done, value = self._send("POST", "/execute/async", script=_SCRIPT, args=[script])
        if not done:
            raise RuntimeError(value)
        return from_text(value)

    def leave(self) -> None:
        self._send("POST", "/url", url="about:blank")

    def end(self) -> None:
        """Close the browser."""
        self._send("DELETE", "")
        self._connection.close()

    def _send(self, method: str, path: str, **body: object) -> Any:  # JSON
        content = json.dumps(body) if method == "POST" else None
        self._connection.request(method, f"/session{self._session}{path}", content)
        answer = self._connection.getresponse()
        value = json.loads(answer.read())["value"]
        if answer.status >= 400:
            raise RuntimeError(f"{path}: {value['message']}")
        return value


@contextmanager
def open_webkit(profile: Path) -> Iterator[WebKitTab]:
    """Run a WebKitGTK of its own, with the empty directory `profile` as its home, and give its tab."""
    port = free_port()
    screen = [require(XVFB), "-displayfd", "1", "-screen", "0", "1024x768x24", "-nolisten", "tcp"]
    driver = [require(WEBKIT), f"--port={port}"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(screen, stdout=subprocess.PIPE, stderr=quiet) as display:
        try:
            assert display.stdout is not None
            number = display.stdout.readline().decode().strip()
            own = {**os.environ, "DISPLAY": f":{number}", "HOME": str(profile)}
            with subprocess.Popen(driver, stdout=quiet, stderr=quiet, env=own) as process:
                try:
                    _wait_for(port)
                    tab = WebKitTab(port)
                    yield tab
                    tab.end()
                finally:
                    process.terminate()
        finally:
            display.terminate()


def _wait_for(port: int) -> None:
    end = time.monotonic() + DEADLINE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)  # until the driver listens, which it does not announce
        else:
            return
