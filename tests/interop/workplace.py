"""Where the tools work: installed programs, documents of the example, the server that these are about."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any  # documents and answers are JSON of any shape

from tests.example.clones import EXAMPLE

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
NPM = HERE / "npm"
VENV = ROOT / ".venv-interop"
SECONDS = 300
VERSIONS = ("3.1", "3.0", "2.6")


class ToolError(Exception):
    """A tool ended with an error; the text is the last lines that it printed."""


@dataclass(frozen=True, eq=False)
class Workplace:
    """A folder for results, and a project like the example whose server is that at `address`."""

    folder: Path
    address: str
    documents: dict[tuple[str, ...], Path] = field(default_factory=dict)

    def make(self) -> None:
        """Empty the folder, and copy the example without its caches."""
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(
            EXAMPLE, self.project, ignore=shutil.ignore_patterns(".*", "__pycache__", "build")
        )
        settings = self.project / "pyproject.toml"
        text, replaced = re.subn(
            r'host = "localhost:\d+"', f'host = "{self.address}"', settings.read_text()
        )
        assert replaced == 1
        settings.write_text(text)

    @property
    def project(self) -> Path:
        """The project that documents are exported from."""
        return self.folder / "project"

    def document(
        self,
        version: str,
        *,
        module: str = "",
        perspective: str = "server",
        suffix: str = "json",
    ) -> Path:
        """Return a document of one module, or of all, exporting it at the first call."""
        key = (version, module or "all", perspective, suffix)
        if key not in self.documents:
            file = self.folder / "documents" / f"{'-'.join(key[:3])}.{suffix}"
            file.parent.mkdir(exist_ok=True)
            options = ["--version", version, "--perspective", perspective, "--output", str(file)]
            only = ["--module", module] if module else []
            run(
                [sys.executable, "-m", "wsgen", "asyncapi", "export", *options, *only], self.project
            )
            self.documents[key] = file
        return self.documents[key]

    def results(self, name: str) -> Path:
        """Return a new folder for results called `name`."""
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder


def run(
    command: Sequence[str | Path],
    cwd: Path = ROOT,
    *,
    codes: Sequence[int] = (0,),
    **variables: str,
) -> str:
    """Return what a program prints; raises ToolError if it ends with none of `codes`."""
    words = [str(word) for word in command]
    environment = {
        **os.environ,
        "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}",
        **variables,
    }
    try:
        ended = subprocess.run(
            words,
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ToolError(f"no end after {SECONDS} seconds") from None
    if ended.returncode not in codes:
        raise ToolError("\n".join((ended.stdout + ended.stderr).splitlines()[-8:]))
    return ended.stdout


def node(script: str, *arguments: str | Path) -> str:
    """Return what a script of the npm folder prints."""
    return run(["node", NPM / script, *arguments], NPM, NODE_PATH=str(NPM / "node_modules"))


def answer(script: str, *arguments: str | Path) -> Any:
    """Return the value that a script of the npm folder prints as its last line."""
    return json.loads(node(script, *arguments).splitlines()[-1])


def load(document: Path) -> dict[str, Any]:
    """Return a document that is JSON."""
    content: dict[str, Any] = json.loads(document.read_text("utf-8"))
    return content


@cache
def versions() -> Mapping[str, str]:
    """Return the pinned version of each tool by its name."""
    packages: dict[str, str] = load(NPM / "package.json")["dependencies"]
    lines = (HERE / "requirements.txt").read_text("utf-8").splitlines()
    pinned = dict(line.split("==") for line in lines if "==" in line)
    return {**packages, **pinned}
