"""Each command in the text of the docs exists; those in console blocks are run by `test_pages.py`."""

import shlex

import pytest

from .known_commands import check, check_wsgen
from .pages import PAGES, inline_commands


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
