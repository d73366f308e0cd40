"""The modules of the page that need no browser, tested by Node's own runner."""

import subprocess
from pathlib import Path

import pytest
from tests.parts import NPM, require


@pytest.mark.usefixtures("built_page")
def test_the_modules_of_the_page_pass_their_own_tests() -> None:
    page = Path(__file__).parents[2] / "page"
    done = subprocess.run(
        [require(NPM), "--prefix", str(page), "test", "--silent"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
