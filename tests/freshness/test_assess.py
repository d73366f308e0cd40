"""A package is current, or it is said why not, whatever was changed since it was rendered."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import Project
from tests.freshness.test_declared import WS_PY

from wsgen._version import __version__
from wsgen.discovery.modules import discover
from wsgen.freshness.assess import Assessment, Status
from wsgen.freshness.fingerprints import Fingerprints
from wsgen.manifest import MANIFEST, PENDING
from wsgen.pipeline.context import Options, Run
from wsgen.settings.project_file import load_config

SETTINGS = '[tool.wsgen]\npaths = ["src/app/feed"]\nquality.steps = ["ruff-format"]\n'
OUT = "src/app/feed/ws_generated"


def _replace(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        file = root / name
        if file.exists():
            file.write_text(file.read_text().replace(old, new))

    return change


def _kept(root: Path) -> Path:
    """Return where the cache is while it is not in the project."""
    return root.with_name(f"{root.name}-cache")


def _hide_cache(root: Path) -> None:
    (root / CACHE).rename(_kept(root))


def _remove(name: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        (root / name).unlink(missing_ok=True)

    return change


def _add(name: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        if (root / name).parent.exists():
            (root / name).touch()

    return change


def _made_by_another_version(root: Path) -> None:
    for field in ("settings", "wsgen"):
        _replace(f"{OUT}/{MANIFEST}", f'"{field}": "', f'"{field}": "0.')(root)


def _without_outputs(root: Path) -> None:
    file = root / OUT / MANIFEST
    file.write_text(json.dumps(json.loads(file.read_text()) | {"outputs": {}}))


NOTHING: Callable[[Path], None] = lambda root: None  # noqa: E731
SOURCE = "src/app/feed/ws.py"
CACHE = ".wsgen_cache"
ROUTER = f"{OUT}/feedwsrouter.py"
CHANGES: list[tuple[str, Callable[[Path], None], Status, str]] = [
    ("nothing", NOTHING, Status.CURRENT, ""),
    (
        "a comment, which no formatter reads",
        _replace(SOURCE, "\n\nif", "\n\n# A comment.\nif"),
        Status.UNVERIFIED,
        "its files are not what the sources give",
    ),
    (
        "another type",
        _replace(SOURCE, "[BarRequest, Bar]", "[BarRequest, BarRequest]"),
        Status.STALE,
        f"{SOURCE} changed since",
    ),
    (
        "an invalid source",
        _replace(SOURCE, "FeedWsRouter:", "Feed WsRouter:"),
        Status.STALE,
        f"{SOURCE} changed since",
    ),
    ("no source", _remove(SOURCE), Status.STALE, f"{SOURCE} is gone"),
    (
        "another setting",
        _replace("pyproject.toml", "quality", 'models = "app"\nquality'),
        Status.STALE,
        "the settings changed since",
    ),
    ("no step", _replace("pyproject.toml", '"ruff-format"', ""), Status.CURRENT, ""),
    (
        "another step",
        _replace("pyproject.toml", '"ruff-format"', '"ruff-check"'),
        Status.STALE,
        "it has not been through the configured quality steps",
    ),
    (
        "settings of a tool",
        _add("ruff.toml"),
        Status.UNVERIFIED,
        "the quality steps give another result",
    ),
    (
        "an edited router",
        _replace(ROUTER, "import", "import  "),
        Status.STALE,
        "feedwsrouter.py was edited",
    ),
    ("a missing router", _remove(ROUTER), Status.STALE, "feedwsrouter.py is missing"),
    (
        "a manifest without files",
        _without_outputs,
        Status.STALE,
        "its manifest lists no files",
    ),
    ("no manifest", _remove(f"{OUT}/{MANIFEST}"), Status.STALE, "it has no manifest"),
    (
        "another version",
        _made_by_another_version,
        Status.STALE,
        f"it was rendered by wsgen 0.{__version__}, this is {__version__}",
    ),
    (
        "a run stopped halfway",
        _add(f"{OUT}/{PENDING}"),
        Status.STALE,
        "a run was stopped halfway",
    ),
    (
        "no cache",
        _hide_cache,
        Status.UNVERIFIED,
        "its files are not what the sources give",
    ),
    (
        "nothing generated",
        lambda root: shutil.rmtree(root / OUT),
        Status.MISSING,
        "it was never rendered",
    ),
]


@pytest.fixture
def rendered(project: Project) -> Project:
    project.write("pyproject.toml", SETTINGS)
    project.write("src/app/feed/__init__.py", "")
    project.write(SOURCE, WS_PY)
    assert project.wsgen("render").code == 0
    return project


@pytest.fixture
def changed(rendered: Project, tmp_path: Path) -> Callable[..., Assessment]:
    """Undo earlier changes of the project, make others and assess its module."""
    root, pristine = rendered.root, tmp_path.with_name(f"{tmp_path.name}-pristine")
    shutil.copytree(root, pristine)

    def assessed(*changes: Callable[[Path], None], trust: bool = False) -> Assessment:
        # A copy of the cache would prove nothing.
        for entry in {*root.iterdir()} - {root / CACHE}:
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        shutil.copytree(pristine, root, dirs_exist_ok=True, ignore=shutil.ignore_patterns(CACHE))
        if _kept(root).exists():
            _kept(root).rename(root / CACHE)
        for change in changes:
            change(root)
        config = load_config(root)
        [source] = discover(config.paths, config)
        return Run(config, Options(trust=trust), Fingerprints(config)).assess(source)

    return assessed


def test_the_reason_names_what_changed(changed: Callable[..., Assessment]) -> None:
    for name, change, status, reason in CHANGES:
        found = changed(change)
        assert (found.status, found.reason) == (status, reason), name


def test_a_package_is_current_only_if_nothing_makes_it_stale(
    changed: Callable[..., Assessment],
) -> None:
    for name, change, status, _ in CHANGES:
        found = changed(change, _replace(SOURCE, "\n\nif", "\n\n# Another comment.\nif"))
        assert found.is_intact == (status in (Status.CURRENT, Status.UNVERIFIED)), name


def test_an_app_start_needs_no_proof_of_this_machine(changed: Callable[..., Assessment]) -> None:
    for name, change, status, _ in CHANGES:
        expected = Status.CURRENT if status is Status.UNVERIFIED else status
        assert changed(change, trust=True).status is expected, name
