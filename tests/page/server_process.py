"""A real uvicorn in a process of its own, to be stopped and started again on the same port."""

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ROOT = Path(__file__).parents[2]


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serve(port: int, app: str = "tests.page.app:create_app") -> Iterator[str]:
    """Serve `app` on `port` of this machine while the block runs, and give its address."""
    command = [sys.executable, "-m", "uvicorn", "--factory", app, "--app-dir", str(_ROOT)]
    command += ["--host", "127.0.0.1", "--port", str(port), "--no-access-log"]
    command += ["--timeout-graceful-shutdown", "1"]
    with subprocess.Popen(command, cwd=_ROOT, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            said = ""
            for line in process.stderr:
                said += line
                if re.search("Uvicorn running on", line):
                    break
            else:
                raise RuntimeError(f"uvicorn did not start:\n{said}")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.communicate(timeout=20)
