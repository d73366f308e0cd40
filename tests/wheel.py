"""What users install: `python -m tests.wheel` builds it, installs it into a clean environment and renders there.

The wheel is built from the source distribution, so that both are shown to be whole. The environment has no
quality tools; they are found on PATH, as where a project's own environment is not wsgen's: `--tools FOLDER`.
"""

import argparse
import os
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
SECONDS = 600


def run(*command: str | Path, cwd: Path, path: str, code: int = 0) -> str:
    """Return what `command` prints; fails with it unless it ends with `code`."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ended = subprocess.run(
        command,
        cwd=cwd,
        env={**environment, "PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert ended.returncode == code, f"{command} ended with {ended.returncode}:\n{ended.stdout}"
    return ended.stdout


def build(folder: Path) -> Path:
    """Build both distributions into `folder`, from a checkout with a file that nobody added; return the wheel."""
    command = (sys.executable, "-m", "build", "--outdir", folder, ROOT)
    stray = ROOT / "src" / "wsgen" / "not [added] to git.py"
    stray.write_text("SECRET = 1\n", "utf-8")
    try:
        printed = run(*command, cwd=folder, path=os.environ["PATH"])
    finally:
        stray.unlink()
    assert "not tracked by git, left out: src/wsgen/not [added] to git.py" in printed, printed
    assert len(list(folder.glob("wsgen-*.tar.gz"))) == 1
    (wheel,) = folder.glob("wsgen-*.whl")
    return wheel


def look_into(folder: Path) -> None:
    """Look for what must, and must not, be in the distributions in `folder`."""
    (wheel,) = folder.glob("*.whl")
    (source,) = folder.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive, tarfile.open(source) as sources:
        names = archive.namelist()
        assert not [name for name in (*names, *sources.getnames()) if "to git" in name]
        (metadata,) = (name for name in names if name.endswith(".dist-info/METADATA"))
        told = archive.read(metadata).decode()
        (notices,) = (name for name in names if name.endswith("/licenses/page/LICENSES.txt"))
        text = archive.read(notices).decode()
    assert "License-File: page/LICENSES.txt" in told, told
    for part in text.split("-" * 80):  # of each bundled package: its name, its licence, the text
        licence = part.strip().partition("\n")[0].rpartition(": ")[2]
        assert licence in told.partition("License-Expression: ")[2].partition("\n")[0], licence
        assert len(part) > 500, part
    tracked = subprocess.run(
        ["git", "diff", "--quiet", "--", "page/LICENSES.txt"], cwd=ROOT, check=False
    )
    assert tracked.returncode == 0, "page/LICENSES.txt is not that of the bundle: commit it"


def install(wheel: Path, folder: Path) -> Path:
    """Install `wheel` into a new environment in `folder`; return where its commands are."""
    venv.create(folder, with_pip=True)
    commands = folder / ("Scripts" if os.name == "nt" else "bin")
    options = ("--quiet", "--disable-pip-version-check")
    pip = (commands / "python", "-m", "pip", "install", *options, f"{wheel}[runtime]")
    run(*pip, cwd=folder, path=os.environ["PATH"])
    return commands


def use(commands: Path, project: Path, tools: Path) -> None:
    """Start a project, render it with the quality tools in `tools`, import what was made, make its page."""
    wsgen, bare = commands / "wsgen", os.defpath
    project.mkdir()
    (project / "pyproject.toml").write_text("[project]\nname = 'clean'\nversion = '1'\n")
    run(wsgen, "init", "market_data", cwd=project, path=bare)
    missing = run(wsgen, "render", cwd=project, path=bare, code=2)
    assert "black" in missing, missing
    assert not list(project.rglob("ws_generated"))

    printed = run(wsgen, "render", cwd=project, path=f"{tools}{os.pathsep}{bare}")
    assert "written" in printed, printed
    (made,) = project.glob("*/*/ws_generated")  # mypy's cache may hold folders of that name
    code = (
        f"import sys; sys.path[:0] = ['src', {str(made.parent)!r}]\n"
        "import ws_generated; print(ws_generated.__all__)"
    )
    assert "WsRouter" in run(commands / "python", "-c", code, cwd=project, path=bare)
    run(wsgen, "check", cwd=project, path=f"{tools}{os.pathsep}{bare}")
    assert "$schema" in run(wsgen, "schema", cwd=project, path=bare)

    run(wsgen, "asyncapi", "export", "-o", "asyncapi.yaml", cwd=project, path=bare)
    run(wsgen, "asyncapi", "validate", "asyncapi.yaml", cwd=project, path=bare)
    run(wsgen, "asyncapi", "html", "-o", "page.html", cwd=project, path=bare)
    page = (project / "page.html").read_text("utf-8")
    assert "Content-Security-Policy" in page
    assert len(page) > 100_000, "the page's script is not in the wheel"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tools", type=Path, default=Path(sys.executable).parent)
    tools = parser.parse_args().tools.absolute()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "dist").mkdir()
        wheel = build(folder / "dist")
        look_into(folder / "dist")
        use(install(wheel, folder / "environment"), folder / "project", tools)
        sys.stdout.write(f"{wheel.name}: built, installed, rendered with the tools in {tools}\n")


if __name__ == "__main__":
    main()
