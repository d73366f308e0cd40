"""Check that a tag can be released and print its section of the change log: `python packaging/release.py v0.2.0`.

It uses the standard library only, since it runs before anything is installed.
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def release_notes(tag: str, root: Path) -> str:
    """Return what the change log in `root` says of the version that `tag` names.

    Raises ValueError if the version in the source, the required version of the runtime, or the change log differ.
    """
    version = tag.removeprefix("v")
    source = (root / "src" / "wsgen" / "_version.py").read_text("utf-8")
    if f'__version__ = "{version}"' not in source:
        raise ValueError(f"src/wsgen/_version.py does not say {version}")
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    if project["optional-dependencies"]["runtime"] != [f"wsgen-runtime=={version}"]:
        raise ValueError(
            f"the extra `runtime` in pyproject.toml does not need wsgen-runtime {version}"
        )
    log = (root / "CHANGELOG.md").read_text("utf-8")
    head = rf"^## {re.escape(version)} - \d{{4}}-\d\d-\d\d\n"
    section = re.search(rf"{head}(.*?)(?=^## |\Z)", log, re.MULTILINE | re.DOTALL)
    if section is None:
        raise ValueError(f"CHANGELOG.md has no section `## {version} - YYYY-MM-DD`")
    return section[1].strip() + "\n"


if __name__ == "__main__":
    try:
        sys.stdout.write(release_notes(sys.argv[1], ROOT))
    except ValueError as error:
        sys.exit(f"error: {error}")
