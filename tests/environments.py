"""Make virtual environments quickly: without pip, with links to what is installed in the running one."""

import os
import re
import sys
import venv
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

WINDOWS = os.name == "nt"
SCRIPTS = "Scripts" if WINDOWS else "bin"
PYTHON = f"{SCRIPTS}/python{'.exe' if WINDOWS else ''}"
SOURCES = Path(__file__).parents[1] / "src"

_COMMAND = """\
#!{python}
import sys
from {module} import {function}
sys.exit({function}())
"""


def make_environment(folder: Path, installed: Iterable[str] = ()) -> Path:
    """Make an environment at `folder` with the distributions `installed` and theirs; return its `site-packages`.

    One that is named with a version, such as `black-24.1.0`, has its metadata only.
    """
    venv.create(folder, with_pip=False)
    packages = site_packages(folder)
    for name in installed:
        if re.search(r"-\d", name):
            (packages / f"{name}.dist-info").mkdir()
            continue
        for found in _closure(name):
            _link(found, packages, folder)
    return packages


def site_packages(folder: Path) -> Path:
    """Return the `site-packages` of the environment at `folder`."""
    if WINDOWS:
        return folder / "Lib" / "site-packages"
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return folder / "lib" / version / "site-packages"


def _closure(name: str) -> Iterator[Distribution]:
    """Yield the distribution `name` and all that it needs, without its extras."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        if (key := re.sub(r"[-_.]+", "-", waiting.pop()).lower()) in seen:
            continue
        seen.add(key)
        yield (found := distribution(key))
        waiting += [
            needed.name
            for needed in map(Requirement, found.requires or ())
            if needed.marker is None or needed.marker.evaluate({"extra": ""})
        ]


def _link(found: Distribution, packages: Path, folder: Path) -> None:
    own = found.metadata["Name"].replace("-", "_")
    if own.startswith("wsgen") and not (packages / own).exists():  # which is editable
        (packages / own).symlink_to(SOURCES / own)
    for top in {file.parts[0] for file in found.files or ()} - {"..", "__pycache__"}:
        if not top.endswith(".pth") and not (packages / top).exists():
            (packages / top).symlink_to(Path(str(found.locate_file(top))))
    for entry in found.entry_points.select(group="console_scripts"):
        command = folder / SCRIPTS / entry.name
        module, _, function = entry.value.partition(":")
        command.write_text(
            _COMMAND.format(python=folder / PYTHON, module=module, function=function)
        )
        command.chmod(0o755)
