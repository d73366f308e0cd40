"""Fixtures for whole projects: a folder with settings, sources and models, and wsgen run in it."""

import ast
import gc
import os
import signal
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, TypeVar

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

import wsgen_runtime
from tests.parts import NPM, left_out, require
from tests.warm_exports import warm_exports, warm_interpreters
from tests.wording import observe_wording
from wsgen.cli.main import run

__all__ = ["warm_exports", "warm_interpreters"]  # fixtures of their own module

# A shared machine may be slow at any moment, and a test never asserts on wall time. CI draws the same examples
# every time, so that a run says something about the change; other runs go on looking for new ones.
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("here"), derandomize=True)
# The summary of the job that runs the tests is not that of a project in them.
os.environ.pop("GITHUB_STEP_SUMMARY", None)
settings.load_profile("ci" if os.environ.get("CI") else "here")

# What commands print is compared: some services ask all programs for colours.
os.environ.pop("FORCE_COLOR", None)

# Projects of tests have the environment that the tests run in, whichever a developer has activated.
os.environ.pop("VIRTUAL_ENV", None)


# Programs of tests end with their terminal, and when they are interrupted. Those of a run under `nohup`, or in
# the background of a script, would ignore that, as the run does.
for _name in ("SIGHUP", "SIGINT"):
    _number = getattr(signal, _name, None)
    if _number is not None and signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, lambda *_: None)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect the tests, which takes a third less time while nobody looks for garbage in them.

    They are there until the end, so that no later search looks at them either.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the golden cases first: no other file takes as long, and the last worker would be left with it."""
    items.sort(key=lambda item: item.path.name != "test_cases.py")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what the run left out for want of a program, and how to get it."""
    reports = terminalreporter.getreports("skipped")
    line = left_out([str(report.longrepr) for report in reports])
    if line:
        terminalreporter.write_line(line, yellow=True)


_wording_faults = observe_wording()


@pytest.fixture(autouse=True)
def diagnostics_are_worded_alike() -> Iterator[None]:
    """Check the texts of all diagnostics that wsgen makes during a test."""
    _wording_faults.clear()
    yield
    assert not _wording_faults, "\n".join(_wording_faults)


@pytest.fixture(scope="session")
def built_page() -> None:
    """Need the script and the style sheet of the AsyncAPI page, which npm builds."""
    if not (Path(wsgen_runtime.__file__).parent / "static" / "page.js").is_file():
        require(NPM)
        pytest.fail("the page is not built: run `make page`")


_P = ParamSpec("_P")
_R = TypeVar("_R")


def accompanied(
    call: Callable[_P, _R],
    *,
    before: Callable[[], object] = lambda: None,
    after: Callable[[], object] = lambda: None,
) -> Callable[_P, _R]:
    """Return a function that does what `call` does, and calls `before` and `after` around it."""

    def accompanying(*arguments: _P.args, **named: _P.kwargs) -> _R:
        before()
        result = call(*arguments, **named)
        after()
        return result

    return accompanying


def without_docstrings(text: str) -> str:
    """Return the syntax tree of `text`, a Python file, as text, without docstrings."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and ast.get_docstring(node) is not None
        ):
            del node.body[0]
    return ast.dump(tree)


MODELS = """\
from pydantic import BaseModel


class Bar(BaseModel):
    close: float


class Quote(BaseModel):
    bid: float


class BarRequest(BaseModel):
    symbol: str
"""

DATAFEED = """\
version: 1
models: app.models
routers:
  BarWsRouter:
    route: bars
    request: BarRequest
    data: Bar
  QuoteWsRouter: {route: quotes, request: BarRequest, data: "list[Quote] | None"}
"""


@dataclass(frozen=True)
class Outcome:
    """What a command printed and how it ended."""

    code: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Project:
    """A project on disk and the command line in it."""

    root: Path
    _capture: Callable[[], tuple[str, str]]

    def write(self, name: str, text: str) -> Path:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        return file

    def read(self, name: str) -> str:
        return (self.root / name).read_text("utf-8")

    def wsgen(self, *arguments: str) -> Outcome:
        self._capture()
        code = run(arguments)
        return Outcome(code, *self._capture())

    def snapshot(self) -> dict[str, tuple[bytes, int]]:
        """Return every file's bytes and modification time, apart from the local cache."""
        return {
            file.relative_to(self.root).as_posix(): (file.read_bytes(), file.stat().st_mtime_ns)
            for file in sorted(self.root.rglob("*"))
            if file.is_file() and not {".wsgen_cache", "__pycache__"} & set(file.parts)
        }


@pytest.fixture(scope="session")
def mypy_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What mypy knows of the libraries: read once for all tests that check types in one process.

    mypy believes a file in it only while the source, its path and the options are the same.
    """
    return tmp_path_factory.mktemp("mypy")


class ModelsCache:
    """What mypy knows of pydantic, which takes it seconds: lent to one project after another.

    It is moved, since a cache that leads elsewhere through a link is not used. There is one for all workers, and
    one for each set of options and plugins: with others, mypy forgets what it knew.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: Path | None = None
        self._lent = folder
        self._lock: FileLock | None = None

    def lend(self, root: Path, options: str = "none") -> None:
        """Move what is known with `options`, a name for them, to where the project in `root` keeps it."""
        self._kept = self._folder.with_name(f"{self._folder.name}-{options}")
        self._lent = root / ".wsgen_cache" / "mypy"
        self._lock = FileLock(f"{self._kept}.lock", timeout=300)
        self._lock.acquire()
        self._lent.parent.mkdir(exist_ok=True)
        if self._kept.exists():
            self._kept.rename(self._lent)

    def take_back(self) -> None:
        """Move it back, for the next project."""
        if self._kept is not None and self._lent.exists():
            self._lent.rename(self._kept)
        if self._lock is not None:
            self._lock.release()
        self._kept = self._lock = None


@contextmanager
def models_cache_in(factory: pytest.TempPathFactory) -> Iterator[ModelsCache]:
    """Give the cache of the session, whose base folder `factory` knows, and take back what it lends."""
    folder = factory.getbasetemp()
    cache = ModelsCache(
        (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "mypy-models"
    )
    try:
        yield cache
    finally:
        cache.take_back()


@pytest.fixture
def models_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelsCache]:
    """One cache for all workers, of which a set of options is used by one test at a time."""
    with models_cache_in(tmp_path_factory) as cache:
        yield cache


@pytest.fixture
def project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Project:
    """A project with one module `datafeed` of two routers and no quality steps configured."""
    monkeypatch.chdir(tmp_path)

    def capture() -> tuple[str, str]:
        out, err = capsys.readouterr()
        return out, err

    made = Project(tmp_path, capture)
    made.write(
        "pyproject.toml", '[tool.wsgen]\npaths = ["specs"]\n\n[tool.wsgen.quality]\nsteps = []\n'
    )
    made.write("src/app/__init__.py", "")
    made.write("src/app/models.py", MODELS)
    made.write("specs/datafeed/ws.yaml", DATAFEED)
    return made
