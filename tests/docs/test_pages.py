"""Each page of the docs is followed from top to bottom, with all quality steps that are on by default.

Most pages of *How to* go on in the project of the first page, which is rendered once and put back after each.
"""

import importlib
import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from websockets.sync.client import connect

from tests.conftest import models_cache_in
from tests.page.server_process import free_port

from .page_run import PageRun
from .pages import PAGES, ROOT, commands

pytestmark = pytest.mark.slow

FOUNDING = ROOT / "tests" / "golden" / "founding" / "src" / "trading_api"
FOUNDING_STEPS = ("black", "ruff-format", "ruff-fix", "flake8", "ruff-check", "mypy", "isort")
FIRST = "docs/start/empty-folder.md"
# The blocks of recipes are parts of files: `test_recipes.py` puts them there.
FOLLOWED = [page for page in PAGES if page != FIRST and not page.startswith("docs/contributing/")]

# What a page shows to fail, with the exit code that it shows.
FAILING = {
    ("docs/start/from-legacy.md", "wsgen diff"): 1,  # as `diff` does where there are differences
    ("docs/how-to/troubleshooting.md", "wsgen diff"): 1,
    ("docs/start/tutorial.md", "wsgen validate"): 1,
}


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Follow the first page in an empty folder, and return the folder."""
    root = tmp_path_factory.mktemp("first") / "live"
    root.mkdir()
    with models_cache_in(tmp_path_factory) as cache:
        cache.lend(root)
        PageRun(FIRST, root).follow()
        shutil.copytree(root, kept_of(root))
    put_back(root)
    return root


def test_the_files_of_the_first_page_have_passed_the_installed_tools(first: Path) -> None:
    manifest = json.loads((first / "live/market/ws_generated/.wsgen.json").read_text("utf-8"))
    assert {"black", "ruff-check", "flake8", "mypy", "isort"} <= manifest["tools"].keys()


def test_the_first_page_serves_updates(first: Path) -> None:
    (command,) = (line for line in commands(FIRST) if line.startswith("uvicorn"))
    port = free_port()
    words = [sys.executable, "-m", *shlex.split(command), "--port", str(port)]
    with subprocess.Popen(words, cwd=first, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            for line in server.stderr:
                if "Uvicorn running on" in line:
                    break
            with connect(f"ws://127.0.0.1:{port}/market/ws") as socket:
                socket.send('{"type": "bars.subscribe", "payload": {"symbol": "AAPL"}}')
                frames = [json.loads(socket.recv(timeout=20)) for _ in range(2)]
        finally:
            server.terminate()
            server.communicate(timeout=20)
    assert [frame["type"] for frame in frames] == ["bars.subscribe.response", "bars.update"]


@pytest.mark.parametrize("page", FOLLOWED)
def test_page(page: str, first: Path, tmp_path: Path) -> None:
    if page in PREPARE:
        root = tmp_path / "live"
        PREPARE[page](root, kept_of(first))
    else:
        root = first
    try:
        if page in STALE:
            source = root / "live/market/ws.yaml"
            source.write_text(source.read_text("utf-8").replace("OHLC bars.", "Bars."), "utf-8")
        PageRun(page, root, FAILING).follow()
    finally:
        if root == first:
            put_back(first)


def kept_of(first: Path) -> Path:
    """Return the folder with the files of `first` as the first page has left them."""
    return first.with_name("kept")


def put_back(first: Path) -> None:
    """Make the files in `first` what the first page has made them, also what wsgen knows of them.

    It knows it only while the `.gitignore` of its cache is the file that it wrote. The other files get new times.
    """
    kept, cache = kept_of(first), first / ".wsgen_cache"
    for entry in (*first.iterdir(), *cache.glob("*")):
        if entry.is_dir() and entry != cache:
            shutil.rmtree(entry)
        elif entry.is_file() and entry.parent != cache:
            entry.unlink()
    cached = shutil.ignore_patterns(".gitignore") if cache.exists() else None
    shutil.copytree(kept / cache.name, cache, ignore=cached, dirs_exist_ok=True)
    others = shutil.ignore_patterns(cache.name, "__pycache__")
    shutil.copytree(kept, first, ignore=others, copy_function=shutil.copy, dirs_exist_ok=True)
    importlib.invalidate_caches()


def go_on(root: Path, first: Path) -> None:
    """Begin where the first page has ended, in another folder."""
    shutil.copytree(first, root)


def nothing(root: Path, first: Path) -> None:
    """Begin in an empty folder, but for what the tools remember of their own packages."""
    shutil.copytree(first / ".wsgen_cache", root / ".wsgen_cache")


def two_projects(root: Path, first: Path) -> None:
    """Begin where the first page has ended, with what the tools remember in the folder of another project too."""
    go_on(root, first)
    shutil.copytree(first / ".wsgen_cache", root / "services/orders/.wsgen_cache")


def in_the_legacy_layout(root: Path, first: Path) -> None:
    """Begin with the founding code and what it has generated, without a manifest."""
    nothing(root, first)
    shutil.copytree(FOUNDING, root / "src/trading_api")
    old = root / "src/trading_api/modules/datafeed/ws_generated/barwsrouter.py"
    old.parent.mkdir()
    old.write_text("old = 1\n")
    steps = ", ".join(f'"{step}"' for step in FOUNDING_STEPS)
    (root / "pyproject.toml").write_text(f"[tool.wsgen.quality]\nsteps = [{steps}]\n")


# Pages that begin after an edit of the source.
STALE = ("docs/how-to/troubleshooting.md",)
PREPARE: dict[str, Callable[[Path, Path], None]] = {
    "README.md": nothing,
    "docs/how-to/monorepos.md": two_projects,
    "docs/start/existing-app.md": nothing,
    "docs/start/from-legacy.md": in_the_legacy_layout,
    "docs/start/tutorial.md": nothing,
}
