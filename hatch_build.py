"""Build hook of `wsgen`: builds the runtime of TypeScript clients, and leaves out what git does not track."""

import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_CLIENT = "clients/typescript"


class GeneratorBuildHook(BuildHookInterface[Any]):
    """Adds the built runtime of clients. Leaves out what git does not track, and says so."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Put the runtime into `build_data` and exclude what git does not track.

        Raises RuntimeError when the runtime cannot be built. An editable installation does not need it: it works
        without npm, and generating a client then says what to run.
        """
        if version == "editable":
            return
        root = Path(self.root)
        package = root / ("src" if self.target_name == "wheel" else "")
        for file in _build_client(root / _CLIENT).iterdir():
            build_data["force_include"][str(file)] = file.relative_to(package).as_posix()
        untracked = _untracked(root)
        if untracked:
            self.app.display_warning(f"not tracked by git, left out: {', '.join(untracked)}")
            # The mapping that hatchling reads its patterns from, at the first file that it looks at.
            excluded = self.build_config.target_config.setdefault("exclude", [])
            excluded.extend(_pattern(name) for name in untracked)


def _build_client(client: Path) -> Path:
    """Build the runtime of clients unless it is current, and return the folder with its files."""
    # By its path: the checkout is not on the path of a build.
    digest = runpy.run_path(str(client / "digest.py"))
    built: Path = digest["RECORD"].parent
    if digest["is_built"]():
        return built
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError(
            "the runtime of TypeScript clients is not built from these sources:"
            " install Node.js 20 or later, with npm"
        )
    for command in (["ci"], ["run", "build"]):
        subprocess.run([npm, "--prefix", str(client), *command], check=True, timeout=600)
    subprocess.run([sys.executable, str(client / "digest.py")], check=True, timeout=60)
    return built


def _untracked(root: Path) -> list[str]:
    """Return the files that git neither tracks nor ignores; none where this is not a checkout."""
    if not (root / ".git").exists():  # a source distribution
        return []
    folders = ("src", "schemas", _CLIENT)
    command = ["git", "ls-files", "-z", "--others", "--exclude-standard", "--", *folders]
    ended = subprocess.run(command, cwd=root, check=True, capture_output=True, timeout=60)
    return [name for name in ended.stdout.decode().split("\0") if name]


def _pattern(name: str) -> str:
    """Return the ignore pattern that matches exactly the file `name`."""
    return "/" + "".join(f"\\{letter}" if letter in "\\*?[! " else letter for letter in name)
