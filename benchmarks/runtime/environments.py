"""The virtual environments of the benchmark: one for each other project, and one for the clients."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[2]
# All servers use these, in the versions of the environment that runs the benchmark.
SHARED = ("uvicorn", "websockets", "wsproto", "uvloop", "pydantic")
REQUIREMENTS = {
    "fastws": ("fastws==0.1.7", *SHARED),
    "chanx": ("chanx[fast-channels]==2.13.0", *SHARED),
    "granian": ("granian==2.8.7", "starlette", *SHARED),
    "socketify": ("socketify==0.0.31", "starlette", *SHARED),
    "clients": ("picows>=2.3",),
}


def interpreter(name: str) -> str:
    """Return the Python of the environment for `name`, which is made if it does not exist.

    Without a name, it is that of this process. Raises CalledProcessError if a package cannot be installed here.
    """
    if not name:
        return sys.executable
    folder = ROOT / f".venv-bench-{name}"
    python = folder / "bin/python"
    wanted = "\n".join(_pinned(requirement) for requirement in REQUIREMENTS[name])
    stamp = folder / ".ready"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        subprocess.run(
            [sys.executable, "-m", "venv", "--clear", str(folder)], check=True, timeout=120
        )
        command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*command, *wanted.split("\n")], check=True, timeout=600)
        stamp.write_text(wanted, encoding="utf-8")
    return str(python)


def _pinned(requirement: str) -> str:
    return f"{requirement}=={version(requirement)}" if requirement in SHARED else requirement
