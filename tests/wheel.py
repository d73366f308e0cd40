"""What users install: `python -m tests.wheel` builds both distributions and uses each in a clean environment.

The wheels are built from the source distributions, so that both are shown to be complete. `wsgen-runtime` serves
generated code in an environment of its own. `wsgen` renders a project in an environment that has no quality
tools; they are then found on PATH, as where a project's own environment is not wsgen's: `--tools FOLDER`.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECTS = {"wsgen-runtime": ROOT / "packaging" / "runtime", "wsgen": ROOT}
SECONDS = 600
SERVE = """
import asyncio
from importlib.util import find_spec

from tests.data.rendered_0_1.models import Bar
from tests.data.rendered_0_1.ws_generated import BarWsRouter
from wsgen_runtime import WsApp
from wsgen_runtime.testing import connect

for name in ("wsgen", "click", "filelock", "jinja2", "jsonschema", "yaml", "prometheus_client", "redis"):
    assert find_spec(name) is None, name


class Service:
    async def create_topic(self, topic, topic_update):
        topic_update(Bar(close=1.5))

    async def remove_topic(self, topic):
        pass


async def main():
    async with connect(WsApp(title="market", routers=[BarWsRouter(service=Service())])) as client:
        await client.subscribe("bar", {"symbol": "AAPL"})
        print((await client.receive())["payload"]["payload"])


asyncio.run(main())
"""


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


def build(folder: Path) -> dict[str, Path]:
    """Build both distributions into `folder`, from a checkout with files that nobody added; return the wheels."""
    for name, project in PROJECTS.items():
        package = name.replace("-", "_")
        stray = ROOT / "src" / package / "not [added] to git.py"
        stray.write_text("SECRET = 1\n", "utf-8")
        command = (sys.executable, "-m", "build", "--outdir", folder, project)
        try:
            printed = run(*command, cwd=folder, path=os.environ["PATH"])
        finally:
            stray.unlink()
        told = f"not tracked by git, left out: src/{package}/not [added] to git.py"
        assert told in printed, printed
        (source,) = folder.glob(f"{package}-*.tar.gz")
        look_into(built(folder)[name], source, package)
    return built(folder)


def built(folder: Path) -> dict[str, Path]:
    """Return the wheels in `folder`, where `build` has put them."""
    return {
        name: wheel.resolve()
        for name in PROJECTS
        for wheel in folder.glob(f"{name.replace('-', '_')}-*.whl")
    }


def look_into(wheel: Path, source: Path, package: str) -> None:
    """Look for what must, and must not, be in both files of a distribution."""
    with zipfile.ZipFile(wheel) as archive, tarfile.open(source) as sources:
        names = archive.namelist()
        assert len(names) == len(set(names))
        assert {name.partition("/")[0].partition("-")[0] for name in names} == {package}
        in_source = sources.getnames()
        assert not [name for name in (*names, *in_source) if "to git" in name]
        folders = [name.split("/")[1:3] for name in in_source]
        assert {folder[1] for folder in folders if folder[0] == "src"} == {package}
        (metadata,) = (name for name in names if name.endswith(".dist-info/METADATA"))
        told = archive.read(metadata).decode()
        assert "/LICENSE" in "".join(name for name in names if "/licenses/" in name)
        notices = [name for name in names if name.endswith("/licenses/LICENSES.txt")]
        text = "".join(archive.read(name).decode() for name in notices)
    for part in (
        text.split("-" * 80) if text else ()
    ):  # of each bundled package: its name, its licence, the text
        licence = part.strip().partition("\n")[0].rpartition(": ")[2]
        assert licence in told.partition("License-Expression: ")[2].partition("\n")[0], licence
        assert len(part) > 500, part


def look_at_notices() -> None:
    """Look whether the committed licences of what the page contains are those of the bundle."""
    file = "packaging/runtime/LICENSES.txt"
    same = subprocess.run(["git", "diff", "--quiet", "--", file], cwd=ROOT, check=False)
    assert same.returncode == 0, f"{file} is not that of the bundle: commit it"


def install(wheels: Path, requirement: str, folder: Path) -> Path:
    """Install `requirement` into a new environment in `folder`; return where its commands are."""
    venv.create(folder, with_pip=True)
    commands = folder / ("Scripts" if os.name == "nt" else "bin")
    options = ("--quiet", "--disable-pip-version-check", "--find-links", wheels)
    pip = (commands / "python", "-m", "pip", "install", *options, requirement)
    run(*pip, cwd=folder, path=os.environ["PATH"])
    return commands


def serve(commands: Path, place: Path) -> None:
    """Serve what wsgen 0.1 generated where nothing but the runtime is installed."""
    fixture = Path("tests", "data", "rendered_0_1")
    shutil.copytree(ROOT / fixture, place / fixture)
    printed = run(commands / "python", "-c", SERVE, cwd=place, path=os.defpath)
    assert printed.split() == ["{'close':", "1.5}"], printed


def use(commands: Path, project: Path, tools: Path) -> None:
    """Start a project, render it with the quality tools in `tools`, import what was made, make its page."""
    wsgen, bare = commands / "wsgen", os.defpath
    project.mkdir()
    (project / "pyproject.toml").write_text("[project]\nname = 'clean'\nversion = '1'\n")
    run(wsgen, "init", "market_data", cwd=project, path=bare)
    told = "No quality step ran"
    assert told in run(wsgen, "render", cwd=project, path=bare)
    printed = run(wsgen, "render", "-v", cwd=project, path=f"{tools}{os.pathsep}{bare}")
    assert told not in printed, printed
    assert "+ black" in printed, printed
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
    run(wsgen, "client", "typescript", "-o", "web", cwd=project, path=bare)
    assert "class Client" in (project / "web" / "runtime.d.ts").read_text("utf-8")
    run(wsgen, "asyncapi", "html", "-o", "page.html", cwd=project, path=bare)
    page = (project / "page.html").read_text("utf-8")
    assert "Content-Security-Policy" in page
    assert len(page) > 100_000, "the page's script is not in the runtime's wheel"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tools", type=Path, default=Path(sys.executable).parent)
    parser.add_argument("--keep", type=Path, help="a folder that gets the wheels")
    asked = parser.parse_args()
    tools = asked.tools.absolute()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        built = folder / "dist"
        built.mkdir()
        wheels = build(built)
        if asked.keep is not None:
            asked.keep.mkdir(parents=True, exist_ok=True)
            for wheel in wheels.values():
                shutil.copy(wheel, asked.keep)
        look_at_notices()
        runtime = str(wheels["wsgen-runtime"])
        serve(install(built, runtime, folder / "runtime"), folder / "production")
        generator = f"{wheels['wsgen']}[runtime]"
        use(install(built, generator, folder / "generator"), folder / "project", tools)
        names = " and ".join(wheel.name for wheel in wheels.values())
        sys.stdout.write(f"{names}: built, installed, used with the tools in {tools}\n")


if __name__ == "__main__":
    main()
