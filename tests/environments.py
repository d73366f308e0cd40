"""Make virtual environments quickly: without pip, with packages of the running one linked by a `.pth` file."""

import os
import sys
import venv
from collections.abc import Iterable
from pathlib import Path

WINDOWS = os.name == "nt"
SCRIPTS = "Scripts" if WINDOWS else "bin"
PYTHON = f"{SCRIPTS}/python{'.exe' if WINDOWS else ''}"


def make_environment(folder: Path, installed: Iterable[str] = ()) -> Path:
    """Make an environment at `folder`, which has the distributions `installed`; return its `site-packages`.

    They are found by their metadata only, which is all that wsgen looks at.
    """
    venv.create(folder, with_pip=False)
    packages = site_packages(folder)
    for name in installed:
        (packages / f"{name}.dist-info").mkdir()
    return packages


def site_packages(folder: Path) -> Path:
    """Return the `site-packages` of the environment at `folder`."""
    if WINDOWS:
        return folder / "Lib" / "site-packages"
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return folder / "lib" / version / "site-packages"
