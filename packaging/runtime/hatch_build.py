"""Build hook of `wsgen-runtime`: adds the package and the AsyncAPI page, which a checkout has elsewhere."""

import runpy
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_PACKAGE = "src/wsgen_runtime"
_PAGE = "page"
_NOT_SOURCE = {"__pycache__", "node_modules"}


class RuntimeBuildHook(BuildHookInterface[Any]):
    """Builds the page unless it is built from these sources, and adds what git tracks.

    A wheel gets the package; a source distribution also the sources of the page.
    """

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Put the files into `build_data`; raises RuntimeError when the page cannot be built.

        An editable installation needs no page: it works without npm, and serving a page then says what to run.
        """
        if version == "editable":
            return
        here = Path(self.root)
        # A source distribution has the layout of the checkout.
        root = here if (here / _PACKAGE).is_dir() else here.parents[1]
        assets = _build_page(root / _PAGE)
        folders = (_PACKAGE,) if self.target_name == "wheel" else (_PACKAGE, _PAGE)
        untracked = _git(root, "--others", "--exclude-standard", "--", *folders)
        if untracked:
            self.app.display_warning(f"not tracked by git, left out: {', '.join(untracked)}")
        package = root / ("src" if self.target_name == "wheel" else "")
        for file in (*_sources(root, folders), *assets.iterdir()):
            build_data["force_include"][str(file)] = file.relative_to(package).as_posix()


def _sources(root: Path, folders: tuple[str, ...]) -> Iterator[Path]:
    """Return the files that git tracks in `folders`; all that are there where this is not a checkout."""
    if (root / ".git").exists():
        yield from (file for name in _git(root, "--", *folders) if (file := root / name).is_file())
        return
    for file in (file for folder in folders for file in (root / folder).rglob("*")):
        if file.is_file() and not _NOT_SOURCE & set(file.parts):
            yield file


def _git(root: Path, *options: str) -> list[str]:
    """Return the names that `git ls-files` prints; none where this is not a checkout."""
    if not (root / ".git").exists():
        return []
    command = ["git", "ls-files", "-z", *options]
    ended = subprocess.run(command, cwd=root, check=True, capture_output=True, timeout=60)
    return [name for name in ended.stdout.decode().split("\0") if name]


def _build_page(page: Path) -> Path:
    """Build the page unless it is current, and return the folder of its assets."""
    # By its path: the checkout is not on the path of a build.
    digest = runpy.run_path(str(page / "digest.py"))
    assets: Path = digest["RECORD"].parent
    if digest["is_built"]():
        return assets
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError(
            "the page is not built from these sources: install Node.js 20 or later, with npm"
        )
    for command in (["ci"], ["run", "build"]):
        subprocess.run([npm, "--prefix", str(page), *command], check=True, timeout=600)
    subprocess.run([sys.executable, str(page / "digest.py")], check=True, timeout=60)
    return assets
