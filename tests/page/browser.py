"""A headless Chromium, driven over its DevTools protocol by the WebSocket client the project has anyway."""

import base64
import itertools
import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.page.tabs import DEADLINE, Tab, address_in
from tests.parts import CHROMIUM, require
from websockets.sync.client import ClientConnection, connect

Json = dict[str, Any]  # DevTools messages

_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--hide-scrollbars",
    "--mute-audio",
    "--disable-dev-shm-usage",
    "--remote-debugging-port=0",
    # One process shows all pages, one after the other: starting one for each costs more than the page.
    "--renderer-process-limit=1",
    "--disable-site-isolation-trials",
    "--disable-features=BackForwardCache,SpareRendererForSitePerProcess",
)
_DEADLINE = 10.0


class LeftPageError(RuntimeError):
    """The browser left the page while a command was under way."""


class Page(Tab):
    """One tab. It remembers every request, and everything the console was told."""

    def __init__(self, socket: ClientConnection) -> None:
        super().__init__()
        self._socket = socket
        self._ids = itertools.count(1)
        self.requests: list[str] = []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **params: object) -> Json:
        """Return the result of a DevTools command; raises RuntimeError with the browser's message."""
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message: Json = json.loads(self._socket.recv(timeout=DEADLINE))
            if message.get("id") != number:
                self._note(message)
                continue
            if "error" in message:
                said = message["error"]["message"]
                left = said.startswith("Inspected target navigated")
                raise (LeftPageError if left else RuntimeError)(f"{method}: {said}")
            result: Json = message["result"]
            return result

    def open(self, url: str) -> None:
        """Go to `url` and wait until it shows something."""
        self.send("Page.navigate", url=url)
        self.wait_for("document.readyState === 'complete' && location.href !== 'about:blank'")

    def leave(self) -> None:
        """End the page: it sends and says nothing more. Cheaper than another page in its place."""
        self.send("Page.navigate", url="about:blank")
        self.wait_for("document.readyState === 'complete' && location.href === 'about:blank'")

    def resize(self, width: int, height: int, *, dark: bool = False, scale: float = 1) -> None:
        """Make the window `width` by `height` CSS pixels, for readers who like it light or dark."""
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=scale,
            mobile=width < 600,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", features=[scheme])

    def evaluate(self, expression: str) -> Any:  # whatever the JavaScript returns
        """Return the value of a JavaScript expression, or of its promise; raises RuntimeError when it throws."""
        answer = self.send(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in answer:
            raise RuntimeError(json.dumps(answer["exceptionDetails"])[:2000])
        return answer["result"].get("value")

    def wait_for(self, expression: str) -> None:
        """Wait until a JavaScript expression is true; raises AssertionError with what the page shows."""
        deadline = time.monotonic() + _DEADLINE
        while not self._is_true(expression):
            if time.monotonic() > deadline:
                shown = self.evaluate("document.body.innerText")
                raise AssertionError(f"never came true: {expression}\n{self.complaints}\n{shown}")
            # The page's own clock says when to look again; it is the browser's to change the answer.
            with suppress(LeftPageError):
                self.send(
                    "Runtime.evaluate",
                    expression="new Promise(done => setTimeout(done, 30))",
                    awaitPromise=True,
                )

    def _is_true(self, expression: str) -> bool:
        """Return whether a JavaScript expression is true; not while the page gives way to another one."""
        try:
            return bool(self.evaluate(f"Boolean({expression})"))
        except LeftPageError:
            return False

    def text(self, selector: str) -> str:
        """Return the text that the first element of `selector` shows, or nothing."""
        return str(self.evaluate(f"document.querySelector({selector!r})?.innerText ?? ''"))

    def click(self, text: str, within: str = "body") -> None:
        """Press the button, link or label that says exactly `text`."""
        found = (
            f"[...document.querySelectorAll({within + ' :is(button,a,label,summary)'!r})]"
            f".find(one => one.innerText.trim() === {text!r} && one.offsetParent)"
        )
        self.wait_for(found)
        self.evaluate(f"{found}.click()")

    def fill(self, selector: str, text: str) -> None:
        """Replace what stands in a text field by typing `text`."""
        self.wait_for(f"document.querySelector({selector!r})")
        self.evaluate(f"document.querySelector({selector!r}).focus()")
        self.evaluate(f"document.querySelector({selector!r}).select()")
        self.send("Input.insertText", text=text)

    def press(self, key: str, code: int) -> None:
        """Press and release one key."""
        for kind in ("keyDown", "keyUp"):
            text = {"Enter": "\r", " ": " "}.get(key, "") if kind == "keyDown" else ""
            self.send(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                code={" ": "Space"}.get(key, key),
                windowsVirtualKeyCode=code,
                text=text,
            )

    def screenshot(self, path: Path, *, whole: bool = False) -> None:
        """Save what the window shows, or the whole page, as a PNG."""
        answer = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(answer["data"]))

    def _note(self, message: Json) -> None:
        method, params = message.get("method"), message.get("params", {})
        if method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Network.webSocketCreated":
            self.requests.append(params["url"])
        elif method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.complaints.append(details.get("exception", {}).get("description", str(details)))
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning"):
            self.complaints.append(json.dumps(params["args"])[:500])
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.complaints.append(params["entry"]["text"])


@contextmanager
def open_browser(profile: Path, *flags: str) -> Iterator[Page]:
    """Run a Chromium of its own, with the empty directory `profile`, and give its tab."""
    command = [require(CHROMIUM), *_FLAGS, *flags, f"--user-data-dir={profile}", "about:blank"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        try:
            assert process.stderr is not None
            address = address_in(process.stderr, "DevTools listening on ")
            with connect(address, max_size=None, compression=None) as socket:
                target = _call(socket, "Target.getTargets")["targetInfos"]
                tab = next(one["targetId"] for one in target if one["type"] == "page")
            base = address.split("/devtools/")[0]
            with connect(f"{base}/devtools/page/{tab}", max_size=None, compression=None) as socket:
                yield Page(socket)
        finally:
            process.terminate()
            process.communicate(timeout=_DEADLINE)


def _call(socket: ClientConnection, method: str) -> Json:
    socket.send(json.dumps({"id": 0, "method": method}))
    answer: Json = json.loads(socket.recv(timeout=_DEADLINE))
    result: Json = answer["result"]
    return result
