"""Each command in the docs is run in a project as its page describes it; one that nobody knows fails."""

import importlib.util
import re
import shlex
import shutil
import tomllib
from pathlib import Path

import click
import pytest
import uvicorn

from tests.conftest import DATAFEED, Project
from wsgen.cli.main import wsgen

from .pages import PAGES, ROOT, console_commands, inline_commands

FOUNDING = ROOT / "tests" / "golden" / "founding" / "src" / "trading_api"

# What a page shows to fail, with the exit code that it shows.
FAILING = {
    ("README.md", "wsgen validate"): 1,
    ("docs/start/from-legacy.md", "wsgen diff"): 1,  # as `diff` does where there are differences
    ("docs/how-to/troubleshooting.md", "wsgen diff"): 1,
}


def prepare(page: str, project: Project) -> None:
    """Make the project what it is where `page` starts."""
    if page == "docs/start/from-legacy.md":
        shutil.rmtree(project.root / "specs")
        project.write("pyproject.toml", "[tool.wsgen.quality]\nsteps = []\n")
        shutil.copytree(FOUNDING, project.root / "src/trading_api")
        # What the founding generator has left: files without a manifest.
        project.write("src/trading_api/modules/datafeed/ws_generated/barwsrouter.py", "old = 1\n")
    elif page in ("README.md", "docs/start/empty-folder.md"):
        shutil.rmtree(project.root / "specs")
        project.write(
            "pyproject.toml", "[tool.wsgen]\npaths = ['specs']\n[tool.wsgen.quality]\nsteps = []\n"
        )
    elif page == "docs/how-to/asyncapi.md":
        project.write("other.json", "")
    elif page == "docs/how-to/ci.md":
        assert project.wsgen("render").code == 0


def before(page: str, command: str, project: Project) -> None:
    """Do what the text of `page` says happens before `command`."""
    if (page, command) == ("README.md", "wsgen validate"):
        project.write("specs/broken/ws.yaml", DATAFEED.replace("route:", "rout:", 1))
    elif page == "docs/how-to/asyncapi.md" and " validate " in command:
        document = next((project.root / "docs/asyncapi").glob("*"))
        shutil.copyfile(document, project.root / "other.json")


@pytest.mark.parametrize("page", PAGES)
def test_console_commands_run(
    page: str,
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    if page == "docs/how-to/asyncapi.md":
        request.getfixturevalue("built_page")
    monkeypatch.syspath_prepend(project.root / "src")
    prepare(page, project)
    for command in console_commands(page):
        before(page, command, project)
        words = shlex.split(
            re.sub(r"[\[\]]", "", command) if command.startswith("wsgen") else command
        )
        if words[0] == "wsgen":
            arguments = [name for word in words[1:] for name in expanded(word, project.root)]
            outcome = project.wsgen(*arguments)
            wanted = FAILING.get((page, command), 0)
            assert outcome.code == wanted, f"{page}: {command}\n{outcome.stderr[-2000:]}"
        else:
            check(words)


@pytest.mark.parametrize("page", PAGES)
def test_commands_in_the_text_exist(page: str) -> None:
    for command in inline_commands(page):
        words = shlex.split(command)
        if words[0] == "wsgen" and words[1] != "wsgen":
            check_wsgen(words[1:])
        else:
            check(words)


def test_a_command_that_nobody_knows_fails() -> None:
    with pytest.raises(AssertionError, match="unknown"):
        check(["frobnicate", "--all"])
    with pytest.raises(AssertionError, match="unknown"):
        check_wsgen(["render", "--all-of-it"])
    with pytest.raises(AssertionError, match="no target"):
        check(["make", "nothing-of-that-name"])


def expanded(word: str, root: Path) -> list[str]:
    """Return the files that a shell would put in the place of `word`."""
    if "*" not in word:
        return [word]
    return sorted(file.relative_to(root).as_posix() for file in root.glob(word))


def check(words: list[str]) -> None:
    """Check a command that is not run here: what it installs, makes or starts must exist."""
    if words[0] == "pip":
        known = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
            "optional-dependencies"
        ]
        for extras in re.findall(r"wsgen\[([\w,]+)\]", " ".join(words)):
            assert set(extras.split(",")) <= known.keys(), extras
        assert words[1] == "install", words
    elif words[0] == "make":
        targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        names = [word for word in words[1:] if "=" not in word and not word.startswith("-")]
        assert set(names) <= set(targets), f"no target {names}"
    elif words[0] == "uvicorn":
        known_options = {name for parameter in uvicorn.main.params for name in parameter.opts}
        options = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert options <= known_options, f"unknown options {sorted(options - known_options)}"
    elif words[:2] == ["python", "-c"]:
        compile(words[2], "docs", "exec")
    elif words == ["python", "-O"]:
        pass  # an option of Python, spoken of
    elif words[:2] == ["python", "-m"]:
        assert importlib.util.find_spec(words[2]) is not None, words[2]
    else:
        raise AssertionError(f"unknown command {words}")


def check_wsgen(words: list[str]) -> None:
    """Check that the command and the options in `words` exist."""
    command: click.Command = wsgen
    context = click.Context(wsgen)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(context, words[0])
        assert found is not None, f"unknown command {words[0]}"
        command, words = found, words[1:]
    known = {name for parameter in command.params for name in parameter.opts} | {
        "--version",
        "--help",
    }
    options = {word.partition("=")[0] for word in words if word.startswith("-")}
    assert options <= known, f"unknown options {sorted(options - known)}"
