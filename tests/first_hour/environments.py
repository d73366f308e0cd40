"""Fresh environments with the built wheels in them, and the commands that run there."""

import os
import subprocess
import sys
import time
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

SECONDS = 300
SERVED = ("fastapi", "uvicorn[standard]")
# To root, no permission of a file applies until these capabilities are dropped.
AS_ANYBODY = (
    "setpriv",
    "--bounding-set=-dac_override,-dac_read_search",
    "--inh-caps=-dac_override,-dac_read_search",
)


class Wheels(NamedTuple):
    """The files that users install."""

    wsgen: Path
    runtime: Path

    def requirements(self, extras: str = "runtime") -> tuple[str, ...]:
        """Return what to install of wsgen: `extras` of the generator, or the runtime alone if there are none."""
        served = (f"wsgen-runtime @ {self.runtime.as_uri()}", *SERVED)
        return (f"wsgen[{extras}] @ {self.wsgen.as_uri()}", *served) if extras else served


class Environment(NamedTuple):
    """A virtual environment that is active, and where its commands are found first.

    With `tools`, it is not active: its commands are found there, and then in the environment.
    """

    folder: Path
    tools: Path | None = None

    @property
    def commands(self) -> Path:
        """Return the folder of its commands."""
        return self.folder / ("Scripts" if os.name == "nt" else "bin")

    @property
    def variables(self) -> dict[str, str]:
        """Return the variables of a shell in which it is active."""
        unwanted = ("PYTHONPATH", "VIRTUAL_ENV")
        wanted = {name: value for name, value in os.environ.items() if name not in unwanted}
        if self.tools is None:
            wanted["VIRTUAL_ENV"] = str(self.folder)
        folders = (self.tools or self.commands, self.commands, os.defpath)
        return {**wanted, "PATH": os.pathsep.join(map(str, dict.fromkeys(folders)))}

    def run(self, command: Sequence[str | Path], cwd: Path, *, code: int = 0) -> str:
        """Return what `command` prints; fails with it unless it ends with `code`."""
        ended = subprocess.run(
            command,
            cwd=cwd,
            env=self.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        shown = f"{' '.join(map(str, command))} in {cwd} ended with {ended.returncode}, not {code}:"
        assert ended.returncode == code, f"{shown}\n{ended.stdout}"
        return ended.stdout

    def wsgen(self, *arguments: str, cwd: Path, code: int = 0) -> str:
        """Return what `wsgen` prints; fails with it unless it ends with `code`."""
        return self.run(["wsgen", *arguments], cwd, code=code)


def uv(*arguments: str | Path, cwd: Path, **settings: str) -> str:
    """Return what `uv` prints; it knows no environment but that of the project in `cwd`."""
    environment = Environment(Path(sys.prefix))
    variables = environment.variables | settings
    del variables["VIRTUAL_ENV"]
    command = [environment.commands / "uv", "--quiet", "--no-progress", *arguments]
    ended = subprocess.run(
        command,
        cwd=cwd,
        env=variables,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert ended.returncode == 0, f"{' '.join(map(str, command))}:\n{ended.stdout}{ended.stderr}"
    return ended.stdout


def with_uv(folder: Path, *requirements: str) -> Environment:
    """Make the environment `.venv` in `folder`, with `requirements`, by uv, which is quick."""
    folder.mkdir(exist_ok=True)
    uv("venv", "--python", sys.executable, cwd=folder)
    uv("pip", "install", "--python", folder / ".venv", *requirements, cwd=folder)
    return Environment(folder / ".venv")


def as_tool(wheels: Wheels, folder: Path) -> Path:
    """Install wsgen as a tool, in an environment of its own in `folder`; return where its command is."""
    bin_folder = folder / "bin"
    places = {"UV_TOOL_DIR": str(folder), "UV_TOOL_BIN_DIR": str(bin_folder)}
    uv("tool", "install", f"wsgen @ {wheels.wsgen.as_uri()}", cwd=folder.parent, **places)
    return bin_folder


def with_pip(folder: Path, *requirements: str) -> tuple[Environment, float]:
    """Make the environment `.venv` as the README says; return it and when `pip install` began."""
    venv.create(folder / ".venv", with_pip=True)
    environment = Environment(folder / ".venv")
    began = time.monotonic()
    environment.run(["pip", "install", "--quiet", *requirements], folder)
    return environment, began
