"""Build hook of `wsgen`: a distribution contains only what git tracks."""

import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class GeneratorBuildHook(BuildHookInterface[Any]):
    """Leaves out what git does not track, and says so."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Exclude the files that git does not track."""
        untracked = _untracked(Path(self.root)) if version != "editable" else []
        if untracked:
            self.app.display_warning(f"not tracked by git, left out: {', '.join(untracked)}")
            # The mapping that hatchling reads its patterns from, at the first file that it looks at.
            excluded = self.build_config.target_config.setdefault("exclude", [])
            excluded.extend(_pattern(name) for name in untracked)


def _untracked(root: Path) -> list[str]:
    """Return the files of the wheel that git neither tracks nor ignores; none where this is not a checkout."""
    if not (root / ".git").exists():  # a source distribution
        return []
    command = ["git", "ls-files", "-z", "--others", "--exclude-standard", "--", "src", "schemas"]
    ended = subprocess.run(command, cwd=root, check=True, capture_output=True, timeout=60)
    return [name for name in ended.stdout.decode().split("\0") if name]


def _pattern(name: str) -> str:
    """Return the ignore pattern that matches exactly the file `name`."""
    return "/" + "".join(f"\\{letter}" if letter in "\\*?[! " else letter for letter in name)
