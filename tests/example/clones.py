"""Fresh clones of the example app, and the real uvicorns that serve them."""

import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "examples" / "trading_api"
_SECONDS = 240.0  # far more than anything here takes, on a machine that does other things too

# Runs in every Python below it: notes each manifest that is put in place, and each time that tools are run.
_HOOK = """\
import os, sys
def _note(event, args):
    if event == "os.rename" and str(args[1]).endswith(".wsgen.json"):
        line = f"commit {os.path.basename(os.path.dirname(os.path.dirname(args[1])))}"
    elif event == "os.mkdir" and os.path.basename(str(args[0])).startswith("wsgen-mirror-"):
        line = "quality"
    else:
        return
    log = os.open(os.environ["EVIDENCE"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(log, f"{line}\\n".encode())
    os.close(log)
sys.addaudithook(_note)
"""


def clone_into(root: Path, *, quality: bool) -> Path:
    """Copy the example as version control would without its generated packages; return the copy.

    Without `quality`, the copy's settings name no quality steps.
    """
    left_out = ("ws_generated", ".wsgen_cache", "__pycache__", ".mypy_cache", ".ruff_cache")
    shutil.copytree(EXAMPLE, root, ignore=shutil.ignore_patterns(*left_out))
    if not quality:
        settings = root / "pyproject.toml"
        text, replaced = re.subn(r"(?m)^steps = \[.*\]$", "steps = []", settings.read_text())
        assert replaced
        settings.write_text(text)
    return root


@dataclass(frozen=True)
class Server:
    """A uvicorn that serves a clone, its port and what it has printed."""

    process: "subprocess.Popen[bytes]"
    port: int
    log: Path

    def printed(self) -> str:
        return self.log.read_text("utf-8", "replace")

    def health(self) -> dict[str, object] | None:
        """Return what `GET /health` says on a new connection; None while nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/health", headers={"Connection": "close"})
            found = json.loads(connection.getresponse().read())
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()
        return found if isinstance(found, dict) else None

    def wait_for(self, pattern: str, count: int = 1) -> None:
        """Wait until `pattern` was printed `count` times."""
        deadline = time.monotonic() + _SECONDS
        while len(re.findall(pattern, self.printed())) < count:
            assert self.process.poll() is None, self.printed()
            assert time.monotonic() < deadline, f"no {count} x {pattern}:\n{self.printed()}"
            time.sleep(0.02)  # a file that another process writes can only be looked at again

    def pids(self, count: int) -> set[object]:
        """Return the processes that answer, once there are `count` of them."""
        found: set[object] = set()
        deadline = time.monotonic() + _SECONDS
        with ThreadPoolExecutor(16) as pool:
            while len(found) < count:
                assert self.process.poll() is None, self.printed()
                assert time.monotonic() < deadline, f"only {found}:\n{self.printed()}"
                answers = pool.map(lambda _: self.health(), range(32))
                found |= {answer["pid"] for answer in answers if answer}
        return found


@contextmanager
def serving(root: Path, folder: Path, *options: str, **environment: str) -> Iterator[Server]:
    """Serve the clone at `root` with a real uvicorn; `folder` takes its log and the evidence of what it did."""
    hook = folder / "hook"
    hook.mkdir(exist_ok=True)
    (hook / "sitecustomize.py").write_text(_HOOK)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "trading_api.main:app", "--app-dir", "src"]
    log = folder / "server.log"
    variables = {
        **os.environ,
        "PYTHONPATH": str(hook),
        "EVIDENCE": str(folder / "evidence.log"),
        "PYTHONUNBUFFERED": "1",
        **environment,
    }
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [*command, "--port", str(port), *options],
            cwd=root,
            env=variables,
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Server(process, port, log)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(30)


def evidence(folder: Path) -> list[str]:
    """Return what the processes below `serving` did, in order."""
    log = folder / "evidence.log"
    return log.read_text().splitlines() if log.exists() else []
