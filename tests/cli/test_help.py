"""The help of each command: examples that are commands, the address of the documentation, and whole words."""

import os
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from tests.conftest import Project

from wsgen.cli.command import DOCUMENTATION, Command
from wsgen.cli.main import run, wsgen
from wsgen.cli.unchanged import begin_plain

_WORD = re.compile(r"[\w<>=.*/'`\[\]|-]+")


def commands(command: click.Command, *path: str) -> Iterator[tuple[str, ...]]:
    """Yield the names that lead to `command` and to all commands below it."""
    yield path
    if isinstance(command, click.Group):
        ctx = click.Context(command)
        for name in command.list_commands(ctx):
            below = command.get_command(ctx, name)
            assert below is not None
            yield from commands(below, *path, name)


def found(path: tuple[str, ...]) -> Command:
    command: click.Command | None = wsgen
    for name in path:
        assert isinstance(command, click.Group)
        command = command.get_command(click.Context(command), name)
    assert isinstance(command, Command)
    return command


ALL = list(commands(wsgen))


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_help_fits_on_a_terminal_and_breaks_no_word(
    path: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {}
    for columns in (80, 100):
        monkeypatch.setenv("COLUMNS", str(columns))
        assert run([*path, "--help"]) == 0
        texts[columns] = capsys.readouterr().out
        assert max(map(len, texts[columns].splitlines())) <= columns
    words = [_WORD.findall(text) for text in texts.values()]
    assert words[0] == words[1]
    assert texts[80].endswith(f"\nDocumentation: {DOCUMENTATION}\n")
    assert "  -C DIR" in texts[80]


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_examples_are_commands_that_parse(path: tuple[str, ...]) -> None:
    command = found(path)
    assert command.examples or isinstance(command, click.Group)
    for line in command.examples:
        name, *arguments = re.split(r" [|>] ", line)[0].split(" ")
        assert name == "wsgen"
        assert tuple(arguments[: len(path)]) == path
        if path:
            command.make_context(line, arguments[len(path) :])
        else:
            found((arguments[0],)).make_context(line, arguments[1:])


def test_the_address_is_the_one_that_the_registry_shows() -> None:
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8")
    assert tomllib.loads(text)["project"]["urls"]["Documentation"] == DOCUMENTATION


def test_the_working_directory_is_the_same_after_a_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a b" / "c").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert run(shlex.split("-C 'a b' list -C c -C ..")) == 0
    assert Path.cwd() == tmp_path
    gone = tmp_path / "gone"
    gone.mkdir()
    os.chdir(gone)
    gone.rmdir()
    assert run(["-C", str(tmp_path), "list"]) == 0


def test_no_shortcut_is_taken_around_another_folder(project: Project) -> None:
    assert begin_plain(["check"]) is not None
    for arguments in (["-C", "src", "check"], ["check", "-C", "src"], ["check", "--all-projects"]):
        assert begin_plain(arguments) is None
