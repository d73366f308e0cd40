"""Render subsets of generated projects and compare: a module must get the same result alone as with all others.

`python -m tests.quality.subsets --examples 100` draws that many projects, runs all steps, and ends at the first
difference. The suite has one project, and leaves out the slowest steps.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ALL_STEPS = ("black", "ruff-format", "ruff-fix", "flake8", "ruff-check", "mypy", "isort")
WSGEN = str(Path(sys.executable).parent / "wsgen")
MODELS = """\
from pydantic import BaseModel


class BarsSubscriptionRequest(BaseModel):
    symbol: str


class CandlestickWithVolume(BaseModel):
    close: float
"""
SOURCE = """\
version: 1
models: app.models
routers:
  BarWsRouter:
    request: BarsSubscriptionRequest
    data: CandlestickWithVolume
    summary: Candlesticks with their volume, opened and closed at full minutes of the exchange.
  VolumeByPriceLevelWsRouter: {request: BarsSubscriptionRequest, data: "list[CandlestickWithVolume]"}
"""
SETTINGS: Mapping[str, tuple[str, str]] = {
    "black": ("pyproject.toml", "[tool.black]\nline-length = {width}\n"),
    "ruff": ("pyproject.toml", "[tool.ruff]\nline-length = {width}\n"),
    "isort": ("pyproject.toml", '[tool.isort]\nprofile = "black"\nline_length = {width}\n'),
    "plain": ("pyproject.toml", '[project]\nname = "plain"\nversion = "1"\n'),
    "setup.cfg": ("setup.cfg", "[isort]\nprofile = black\nline_length = {width}\n"),
    ".isort.cfg": (".isort.cfg", "[settings]\nprofile = black\nforce_sort_within_sections = 1\n"),
    "ruff.toml": ("ruff.toml", "line-length = {width}\nlint.select = ['F', 'I']\n"),
    ".editorconfig": (".editorconfig", "root = true\n[*.py]\nmax_line_length = {width}\n"),
    "repository": (".git/HEAD", ""),
    "package": ("__init__.py", ""),
}
FOLDERS = ("", "packages/one", "packages/two", "packages/one/bars", "packages/two/quotes")
MODULES = ("packages/one/bars", "packages/one/orders", "packages/two/quotes", "packages/two/trades")

Result = Mapping[str, bytes]
"""The generated files of a module by name; none if it failed."""


@dataclass(frozen=True)
class Sample:
    """A project: which settings are in which folder, and the subsets of its modules to render."""

    places: Mapping[str, tuple[frozenset[str], int]]
    backend: bool
    subsets: Sequence[Sequence[str]]


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    kinds = st.frozensets(st.sampled_from(sorted(SETTINGS)), max_size=3)
    widths = st.sampled_from([60, 79, 88, 100, 120])
    places = {folder: (draw(kinds), draw(widths)) for folder in FOLDERS}
    subset = st.lists(st.sampled_from(MODULES), min_size=1, max_size=3, unique=True)
    return Sample(places, draw(st.booleans()), draw(st.lists(subset, min_size=2, max_size=2)))


def write_project(root: Path, sample: Sample, steps: Iterable[str]) -> None:
    files = {f"{module}/ws.yaml": SOURCE for module in MODULES}
    for folder, (kinds, width) in sample.places.items():
        for kind in sorted(kinds):
            name, text = SETTINGS[kind]
            place = f"{folder}/{name}" if folder else name
            files[place] = files.get(place, "") + text.format(width=width)
    source = "backend" if sample.backend else "src"
    files |= {f"{source}/app/__init__.py": "", f"{source}/app/models.py": MODELS}
    own = f"[tool.wsgen]\nsources = ['{source}']\n[tool.wsgen.quality]\nsteps = {list(steps)}\n"
    files["pyproject.toml"] = files.get("pyproject.toml", "") + own
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")


def wsgen(root: Path, *arguments: str, seed: int) -> tuple[int, str]:
    environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
    command = [WSGEN, *arguments]
    ended = subprocess.run(command, cwd=root, env=environment, capture_output=True, check=False)
    return ended.returncode, ended.stderr.decode()


def results(root: Path, modules: Iterable[str]) -> dict[str, Result]:
    return {
        module: {
            file.name: file.read_bytes() for file in sorted((root / module).glob("ws_generated/*"))
        }
        for module in modules
    }


def compare(sample: Sample, steps: Sequence[str]) -> None:
    """Raise AssertionError if a module's files depend on what else is rendered, on the order or on hashes."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(os.path.realpath(name), "project")
        write_project(root, sample, steps)
        code, said = wsgen(root, "render", seed=0)
        assert code in (0, 1), said
        whole = results(root, MODULES)
        for seed, subset in enumerate(sample.subsets, 1):
            shutil.rmtree(root / ".wsgen_cache", ignore_errors=True)
            passed = [module for module in subset if whole[module]]
            code, said = wsgen(root, "check", *passed, seed=seed) if passed else (0, "")
            assert code == 0, said
        for seed, subset in enumerate(sample.subsets, 1):
            for folder in root.glob("packages/*/*/ws_generated"):
                shutil.rmtree(folder)
            code, said = wsgen(root, "render", *subset, seed=seed)
            assert code in (0, 1), said
            assert results(root, subset) == {module: whole[module] for module in subset}, said


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=100)
    parser.add_argument("--steps", nargs="*", default=ALL_STEPS)
    chosen = parser.parse_args()

    @settings(
        max_examples=chosen.examples,
        deadline=None,
        # Its own iterator, which leaves out what is deprecated, is one that pyright does not understand.
        suppress_health_check=list(HealthCheck),  # pyright: ignore[reportArgumentType]
        database=None,
        print_blob=True,
    )
    @given(samples())
    def run(sample: Sample) -> None:
        compare(sample, chosen.steps)

    run()
    print(f"{chosen.examples} projects: every module got the same alone as with all others")  # noqa: T201  its report


if __name__ == "__main__":
    main()
