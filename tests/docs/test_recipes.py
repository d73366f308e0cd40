"""The recipes of docs/contributing with code in them, followed word for word in a copy of the repository.

A recipe is a heading and what follows it. A paragraph that ends with "Create `FILE`:", or with
"In `FILE`, below `LINE`:" or "above", says what becomes of the fenced block after it. One that begins with
"Run `COMMAND`" is run.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
LEFT_OUT = (
    ".git",
    ".venv*",
    ".parts",
    "node_modules",
    ".*_cache",
    "dist",
    "page",
    "benchmarks",
)
_EDIT = re.compile(
    r"(?:Create|In) `(?P<file>[^`]+)`(?:, (?P<side>below|above) (?P<tick>`+)(?P<line>.+?)(?P=tick))?:$"
)
_PART = re.compile(
    r"^```\w*\n(?P<block>.*?)^```$|(?P<paragraph>(?:^(?!```)[^\n]+\n)+)", re.DOTALL | re.MULTILINE
)
_RUN = re.compile(r"Run `(?P<command>[^`]+)`")


@dataclass(frozen=True)
class Recipe:
    """A recipe, and what shows that following it had an effect: a text in a file of the copy."""

    title: str
    file: str
    text: str


RECIPES = [
    Recipe("Add a field to ws.yaml", "tests/cases/router-owner/stderr.txt", "error[WSG123]"),
    Recipe("Add a diagnostic", "tests/cases/router-deprecated/stderr.txt", "error[WSG150]"),
    Recipe("Add a quality tool", "tests/cases/quality-pycodestyle/stderr.txt", "error[WSG515]"),
    Recipe(
        "Add an output",
        "tests/cases/render-one-module/expected/datafeed/ws_generated/routes.txt",
        "bars",
    ),
    Recipe("Add a broker", "tests/runtime/brokers/test_queue.py", "queue://"),
]


def recipes() -> dict[str, str]:
    """Return the text of each recipe by its heading."""
    texts = (page.read_text("utf-8") for page in (ROOT / "docs/contributing").glob("*.md"))
    return dict(text.removeprefix("# ").split("\n", 1) for text in texts)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One copy for all recipes, which have nothing to do with each other."""
    copy = tmp_path_factory.mktemp("recipes") / "copy"
    return Path(
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT), symlinks=True)
    )


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.title)
def test_following_a_recipe_gives_what_it_promises(recipe: Recipe, copy: Path) -> None:
    followed = list(steps(recipes()[recipe.title]))
    for step in followed:
        step.follow(copy)
    assert recipe.text in (copy / recipe.file).read_text("utf-8")
    written = {step.file for step in followed if isinstance(step, Edit)}
    python = " ".join(sorted(file for file in written if file.endswith(".py")))
    run(copy, f"ruff check {python}")
    run(copy, f"ruff format --check {python}")


@dataclass(frozen=True)
class Edit:
    """A file to create, or lines to add to it on one `side` of a `line`."""

    file: str
    side: str | None
    line: str | None
    text: str

    def follow(self, copy: Path) -> None:
        path = copy / self.file
        if self.line is None:
            assert not path.exists(), f"{self.file} exists already"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.text, "utf-8")
            return
        lines = path.read_text("utf-8").splitlines(keepends=True)
        places = [number for number, text in enumerate(lines) if text.strip() == self.line.strip()]
        assert len(places) == 1, f"{self.file} has {len(places)} lines {self.line}"
        at = places[0] + (self.side == "below")
        path.write_text("".join((*lines[:at], self.text, *lines[at:])), "utf-8")


@dataclass(frozen=True)
class Command:
    """A command to run."""

    command: str

    def follow(self, copy: Path) -> None:
        run(copy, self.command)


def steps(text: str) -> Iterator[Edit | Command]:
    """Yield what a recipe says to do, in its order."""
    edit = None
    for part in _PART.finditer(text):
        if part["paragraph"] is None:
            assert edit is not None, f"it is not said where this belongs:\n{part['block']}"
            yield Edit(edit["file"], edit["side"], edit["line"], part["block"])
            edit = None
            continue
        said = " ".join(part["paragraph"].split())
        edit = _EDIT.search(said)
        if command := _RUN.match(said):
            yield Command(command["command"])


def run(copy: Path, command: str) -> None:
    """Run `command` in the copy, with what is installed here but with the packages of the copy."""
    program, *arguments = shlex.split(command)
    if program == "make":
        # Everything is installed, and nothing is to be installed from the copy.
        arguments += [f"VENV={sys.prefix}", "-o", f"{sys.prefix}/.ready"]
    path = os.pathsep.join((str(Path(sys.prefix) / "bin"), os.environ["PATH"]))
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(copy / "src")}
    done = subprocess.run(
        [program, *arguments],
        cwd=copy,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
