"""Commands that the settings define are steps; what is wrong with one is said at its place."""

import json
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from wsgen.errors import ConfigError
from wsgen.settings.choice import explained_steps
from wsgen.settings.config import Config, OwnCommand
from wsgen.settings.project_file import load_config
from wsgen.settings.table import settings_schema

VALIDATOR = Draft202012Validator(settings_schema())


def loaded(root: Path, text: str) -> Config:
    (root / "wsgen.toml").write_text(text, "utf-8")
    return load_config(root)


def test_a_command_is_split_as_a_shell_would_and_no_shell_reads_it(tmp_path: Path) -> None:
    text = """\
[quality]
steps = ["lint", "black"]
[quality.commands]
lint = {command = "pylint --rcfile='a b' $HOME; ls", reads = "sarif"}
header.command = ["add header", "-q"]
header.fixes = true
"""
    config = loaded(tmp_path, text)
    assert config.steps == ("lint", "black")
    assert dict(explained_steps(config).left_out) == {
        "header": "`steps` in wsgen.toml does not name it"
    }
    assert config.commands == {
        "lint": OwnCommand("lint", ("pylint", "--rcfile=a b", "$HOME;", "ls"), False, "sarif"),
        "header": OwnCommand("header", ("add header", "-q"), True, "text"),
    }
    assert VALIDATOR.is_valid(tomllib.loads(text))


def test_without_steps_the_commands_of_the_project_run_last(tmp_path: Path) -> None:
    (tmp_path / "mypy.ini").touch()
    config = loaded(tmp_path, "[quality.commands.lint]\ncommand = 'pylint'\n")
    assert config.steps == ("mypy", "lint")
    assert dict(explained_steps(config).chosen) == {
        "mypy": "mypy.ini",
        "lint": "`quality.commands.lint` in the settings",
    }


@pytest.mark.parametrize(
    ("text", "place", "message", "help_text"),
    [
        (
            "quality.steps = ['lin']\nquality.commands.lint.command = 'x'",
            1,
            "there is no quality step 'lin'",
            "Did you mean `lint`?",
        ),
        (
            "[quality.commands.lint]\nfixes = true",
            1,
            "[quality.commands.lint] has no `command`",
            'Write command = "pylint --rcfile=.pylintrc".',
        ),
        (
            "[quality.commands]\nlint = 'pylint'",
            2,
            "`lint` must be a table",
            "Write [quality.commands.lint].",
        ),
        (
            "[quality]\ncommands = ['pylint']",
            2,
            "`commands` must be a table",
            "Write [quality.commands].",
        ),
        (
            "[quality.commands.black]\ncommand = 'black'",
            1,
            "`black` is a quality step that wsgen has",
            "Give the command another name.",
        ),
        (
            "[quality.commands.'A b']\ncommand = 'black'",
            1,
            "'A b' cannot be the name of a step",
            "Write lower-case letters, digits and `-`.",
        ),
        (
            "[quality.commands.lint]\ncommand = []",
            2,
            "`command` must be a command line, as a string or a list of strings",
            'Write command = "pylint --rcfile=.pylintrc".',
        ),
        (
            "[quality]\nsteps = ['lint']\n[quality.commands.lint]\ncommand = []",
            4,
            "`command` must be a command line, as a string or a list of strings",
            'Write command = "pylint --rcfile=.pylintrc".',
        ),
        (
            "[quality.commands.lint]\ncommand = '  '",
            2,
            "`command` is empty",
            'Write it as a list: command = ["pylint", "--rcfile=.pylintrc"].',
        ),
        (
            "[quality.commands.lint]\ncommand = 'a \"b'",
            2,
            "`command` cannot be split into words: no closing quotation",
            'Write it as a list: command = ["pylint", "--rcfile=.pylintrc"].',
        ),
        (
            "[quality.commands.lint]\ncommand = 'a'\nfixes = 'yes'",
            3,
            "`fixes` must be true or false",
            "Write fixes = true.",
        ),
        (
            "[quality.commands.lint]\ncommand = 'a'\nreads = 'json'",
            3,
            '`reads` must be "text" or "sarif"',
            'Write reads = "text".',
        ),
        (
            "[quality.commands.lint]\ncommand = 'a'\nfix = true",
            3,
            "`fix` is not a known setting in [quality.commands.lint]",
            "Did you mean `fixes`?",
        ),
    ],
)
def test_what_is_wrong_with_a_command_is_said_at_its_place(
    text: str, place: int, message: str, help_text: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, text)
    (found,) = caught.value.diagnostics
    assert (found.message, found.help) == (message, help_text)
    assert found.span is not None
    assert found.span.line == place
    if "step 'lin'" not in message and "is empty" not in message and "split" not in message:
        assert not VALIDATOR.is_valid(tomllib.loads(text))


def test_a_null_character_is_no_part_of_a_command(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not usable"):
        loaded(tmp_path, f"quality.commands.a.command = [{json.dumps('a' + chr(0))}]")
