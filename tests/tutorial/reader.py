"""Follows a page as a reader does who has only Python: in a shell, with the environment that the page makes."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import Outcome
from tests.docs.page_run import PageRun
from tests.page.server_process import free_port

_SECONDS = 600
# Commands that change the shell itself. Each later command runs in a new shell, after these.
_OF_THE_SHELL = ("cd ", "source ")
_OF_THIS_PROCESS = re.compile("PYTHON|VIRTUAL_ENV|COV|PYTEST|WSGEN|UVICORN|NO_COLOR|FORCE_COLOR")


@dataclass
class Reader(PageRun):
    """A page that makes the folder `root`, and is followed from the one around it.

    Commands run with `environment`. `served` is called with the address of the server that one of them starts,
    which is interrupted afterwards.
    """

    environment: Mapping[str, str] = field(default_factory=dict)
    served: Callable[[str], None] = lambda address: None
    before_each: list[str] = field(default_factory=list)

    def follow(self) -> None:
        """Do what each block says; nothing is imported into this process."""
        asyncio.run(self._follow())

    def run(self, command: str) -> Outcome | None:
        """Run `command` in a shell and return its outcome, None if it is a server."""
        line = " && ".join([*self.before_each, command])
        if command.startswith("uvicorn "):
            with self._server(line) as address:
                self.served(address)
            return None
        ended = subprocess.run(
            ["bash", "-c", line],
            cwd=self.root.parent,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=_SECONDS,
            check=False,
        )
        if command.startswith(_OF_THE_SHELL):
            self.before_each.append(command)
        return Outcome(ended.returncode, ended.stdout, ended.stderr)

    @contextmanager
    def _server(self, line: str) -> Iterator[str]:
        """Run uvicorn on a free port, which its environment names, and interrupt it afterwards."""
        port = free_port()
        with subprocess.Popen(
            ["bash", "-c", line.replace("uvicorn ", "exec uvicorn ")],
            cwd=self.root.parent,
            env={**self.environment, "UVICORN_PORT": str(port)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        ) as server:
            assert server.stderr is not None
            said = ""
            try:
                for text in server.stderr:
                    said += text
                    if "Uvicorn running on" in text:
                        break
                else:
                    raise AssertionError(f"{self.page}: the server did not start:\n{said}")
                yield f"http://127.0.0.1:{port}"
                server.send_signal(signal.SIGINT)
                said = server.communicate(timeout=_SECONDS)[1]
                assert "Traceback" not in said, said
            finally:
                server.kill()


def clean_environment(folder: Path, wheels: Mapping[str, Path]) -> dict[str, str]:
    """Return the environment of somebody who has a `python`, and for whom pip finds `wheels`.

    What it needs is written to `folder`.
    """
    version = ".".join(map(str, sys.version_info[:2]))
    python = folder / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.base_prefix}/bin/python{version}" "$@"\n', "utf-8")
    python.chmod(0o755)
    # A constraint that names a file is refused by pip 23 where the requirement has extras.
    constraints = folder / "constraints.txt"
    pins = (f"{name}=={wheel.name.split('-')[1]}\n" for name, wheel in wheels.items())
    constraints.write_text("".join(pins), "utf-8")
    kept = {name: value for name, value in os.environ.items() if not _OF_THIS_PROCESS.match(name)}
    return {
        **kept,
        "PATH": f"{python.parent}{os.pathsep}{os.defpath}",
        "PIP_CONSTRAINT": str(constraints),
        "PIP_FIND_LINKS": " ".join({str(wheel.parent) for wheel in wheels.values()}),
    }
