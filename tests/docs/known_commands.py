"""Commands in the docs that are not run where they are shown: what they install, make or start must exist."""

import importlib.util
import re
import tomllib

import click
import uvicorn

from wsgen.cli.main import wsgen

from .pages import ROOT


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
    elif words[0] == "uvicorn" or words[:3] == ["python", "-m", "uvicorn"]:
        known_options = {name for parameter in uvicorn.main.params for name in parameter.opts}
        options = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert options <= known_options, f"unknown options {sorted(options - known_options)}"
    elif words[:2] == ["python", "-c"]:
        compile(words[2], "docs", "exec")
    elif words[0] == "source":
        assert words[1:] == [".venv/bin/activate"], words
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
