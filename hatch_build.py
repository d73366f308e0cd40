"""Build hook: a wheel contains what git tracks, and the page's assets, which are built and not committed."""

import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_STATIC = "src/wsgen_runtime/static"


class PackageBuildHook(BuildHookInterface[Any]):
    """Builds the page unless it is built from these sources, and leaves out what git does not track."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Put the page's assets into `build_data`; raises RuntimeError when they cannot be built.

        An editable install needs no page: it works without npm, and serving a page then says what to run.
        """
        if version == "editable":
            return
        root = Path(self.root)
        _build_page(root / "page")
        build_data["artifacts"].append(f"/{_STATIC}/")
        untracked = _untracked(root)
        if untracked:
            self.app.display_warning(f"not tracked by git, left out: {', '.join(untracked)}")
            # The mapping that hatchling reads its patterns from, at the first file that it looks at.
            excluded = self.build_config.target_config.setdefault("exclude", [])
            excluded.extend(_pattern(name) for name in untracked)


def _untracked(root: Path) -> list[str]:
    """Return the files that git neither tracks nor ignores; none where this is no checkout."""
    if not (root / ".git").exists():  # a source distribution
        return []
    command = ["git", "ls-files", "-z", "--others", "--exclude-standard"]
    ended = subprocess.run(command, cwd=root, check=True, capture_output=True, timeout=60)
    return [name for name in ended.stdout.decode().split("\0") if name]


def _pattern(name: str) -> str:
    """Return the ignore pattern that matches exactly the file `name`."""
    return "/" + "".join(f"\\{letter}" if letter in "\\*?[! " else letter for letter in name)


def _build_page(page: Path) -> None:
    # By its path: the checkout is not on the path of a build.
    if runpy.run_path(str(page / "digest.py"))["is_built"]():
        return
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError(
            "the page is not built from these sources: install Node.js 20 or later, with npm"
        )
    for command in (["ci"], ["run", "build"]):
        subprocess.run([npm, "--prefix", str(page), *command], check=True, timeout=600)
    subprocess.run([sys.executable, str(page / "digest.py")], check=True, timeout=60)
