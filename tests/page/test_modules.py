"""The modules of the page that need no browser, tested by Node's own runner."""

import shutil
import subprocess
from pathlib import Path


def test_the_modules_of_the_page_pass_their_own_tests() -> None:
    npm = shutil.which("npm")
    assert npm is not None, "npm is missing: install Node.js 20 or later"
    page = Path(__file__).parents[2] / "page"
    done = subprocess.run(
        [npm, "--prefix", str(page), "test", "--silent"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
