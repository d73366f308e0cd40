"""Run the tests on several versions of Python: `python -m tests.versions 3.12 3.13`.

Each version has a virtual environment of its own, which `make` creates: `.venv-3.12` and so on. An interpreter
is looked for on PATH and among those that pyenv has installed. If one is missing, no test runs.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]


def interpreter(version: str) -> str | None:
    """Return an interpreter of `version`, or None if there is none that works."""
    return next((path for path in _candidates(version) if _is(path, version)), None)


def _candidates(version: str) -> Iterator[str]:
    if found := shutil.which(f"python{version}"):
        yield found
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from map(str, sorted(pyenv.glob(f"versions/{version}.*/bin/python"), reverse=True))


def _is(path: str, version: str) -> bool:
    """Return whether the program at `path` runs as Python `version`; one of pyenv's on PATH may refuse to."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    done = subprocess.run([path, "-c", code], capture_output=True, text=True, check=False)
    return done.returncode == 0 and done.stdout.strip() == version


def main(versions: list[str]) -> int:
    """Run the tests on each of `versions` and return 1 if an interpreter is missing or tests failed."""
    found = {version: interpreter(version) for version in versions}
    missing = [version for version, path in found.items() if path is None]
    for version in missing:
        sys.stderr.write(
            f"Python {version} is missing: install it, for example with `pyenv install {version}`.\n"
        )
    if missing:
        return 1
    failed = []
    for version, path in found.items():
        sys.stdout.write(f"Python {version}: {path}\n")
        sys.stdout.flush()
        command = ["make", "test", f"VENV=.venv-{version}", f"PYTHON={path}"]
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            failed.append(version)
    if failed:
        sys.stderr.write(f"Tests failed on Python {', '.join(failed)}.\n")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
