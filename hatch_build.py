"""Build hook: a wheel contains the page's script and style sheet, built from `page/` and not committed."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_STATIC = "src/wsgen_runtime/static"
_FILES = ("page.js", "page.css", "LICENSES.txt")


class PageBuildHook(BuildHookInterface[Any]):
    """Builds the page unless it is built already, as it is in a source distribution."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Put the page's assets into `build_data`; raises RuntimeError when they cannot be built.

        An editable install needs no page: it works without npm, and serving a page then says what to run.
        """
        if version == "editable":
            return
        root = Path(self.root)
        if not all((root / _STATIC / name).is_file() for name in _FILES):
            _build(root / "page")
        build_data["artifacts"].append(f"/{_STATIC}/")


def _build(page: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError(
            "the page is not built: install Node.js, or run `make page` where npm exists"
        )
    for command in (["ci"], ["run", "build"]):
        subprocess.run([npm, "--prefix", str(page), *command], check=True, timeout=600)
