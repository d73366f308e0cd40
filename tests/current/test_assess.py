"""The one answer to whether a package is current agrees with those that it replaces, whatever was changed."""

import shutil
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest
from tests.conftest import Project
from tests.current.test_declared import WS_PY

from wsgen.discovery.modules import discover
from wsgen.freshness.assess import Status, assess
from wsgen.freshness.current import why_stale
from wsgen.freshness.passes import has_passed
from wsgen.freshness.stamps import Stamps
from wsgen.manifest import MANIFEST, PENDING
from wsgen.pipeline.declared import _declares, current_manifest
from wsgen.settings.project_file import load_config

SETTINGS = '[tool.wsgen]\npaths = ["src/app/feed"]\nquality.steps = ["ruff-format"]\n'
OUT = "src/app/feed/ws_generated"


def _replace(name: str, old: str, new: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        file = root / name
        if file.exists():
            file.write_text(file.read_text().replace(old, new))

    return change


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


CHANGES: dict[str, Callable[[Path], None]] = {
    "a comment in the source": _replace("src/app/feed/ws.py", "\n\nif", "\n\n# A comment.\nif"),
    "another type": _replace("src/app/feed/ws.py", "[BarRequest, Bar]", "[BarRequest, BarRequest]"),
    "an invalid source": _replace("src/app/feed/ws.py", "FeedWsRouter:", "Feed WsRouter:"),
    "no source": _remove("src/app/feed/ws.py"),
    "another setting": _replace("pyproject.toml", "quality", 'models = "app"\nquality'),
    "no step": _replace("pyproject.toml", '"ruff-format"', ""),
    "another step": _replace("pyproject.toml", '"ruff-format"', '"ruff-check"'),
    "settings of a tool": _add("ruff.toml"),
    "an edited router": _replace(f"{OUT}/feedwsrouter.py", "import", "import  "),
    "a missing router": _remove(f"{OUT}/feedwsrouter.py"),
    "no manifest": _remove(f"{OUT}/{MANIFEST}"),
    "another version": _made_by_another_version,
    "a run stopped halfway": _add(f"{OUT}/{PENDING}"),
    "no cache": lambda root: shutil.rmtree(root / ".wsgen_cache"),
    "nothing generated": lambda root: shutil.rmtree(root / OUT, ignore_errors=True),
}


@pytest.fixture
def rendered(project: Project) -> Project:
    project.write("pyproject.toml", SETTINGS)
    project.write("src/app/feed/__init__.py", "")
    project.write("src/app/feed/ws.py", WS_PY)
    assert project.wsgen("render").code == 0
    return project


def test_it_agrees_with_the_answers_that_it_replaces(rendered: Project, tmp_path: Path) -> None:
    root = tmp_path.with_name(f"{tmp_path.name}-changed")
    for names in [(), *combinations(CHANGES, 1), *combinations(CHANGES, 2)]:
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(rendered.root, root)
        for name in names:
            CHANGES[name](root)
        _compare(root, names)


def _compare(root: Path, names: tuple[str, ...]) -> None:
    config = load_config(root)
    for source in discover(config.paths, config):
        for steps in ((), config.steps):
            found = assess(
                source,
                config,
                steps=steps,
                declared=lambda source: _declares(source, config),
                stamps=Stamps(config.sources),
            )
            manifest = current_manifest(source, config, steps=steps)
            assert found.is_intact == (manifest is not None), names
            if manifest is None:
                assert found.reason == why_stale(source, config, steps=steps), names
            else:
                passed = not steps or has_passed(source, config, manifest, Stamps(config.sources))
                assert (found.status is Status.CURRENT) == passed, names
