"""mypy and pyright, both strict, on the example app: they report each wrong service at its line."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .clones import EXAMPLE

pytestmark = pytest.mark.slow

WRONG = {
    "datafeed/service.py": [("yield bar", "yield bar.close")],
    "datafeed/__init__.py": [
        ("QuoteWsRouter(service=service.quotes),", "QuoteWsRouter(service=service.bars),"),
        ("BookWsRouter(service=Books(settings)),", "BookWsRouter(service=Books),"),
        ("AlertWsRouter(),", "AlertWsRouter(service=service.bars),"),
    ],
    "trading/positions.py": [("yield position", "yield sent")],
    "trading/orders.py": [("return order", "return request")],
    "broker/ws.py": [  # the project's own generic class passes the types on
        ("service=service.equity, delivery=_THE_LATEST", "service=service.orders"),
    ],
}
MYPY = Path(__file__).parents[2] / ".mypy_cache"  # which knows the libraries already
COMMANDS = {
    "mypy": ("mypy", "--no-error-summary", "--cache-dir", str(MYPY), "src"),
    "pyright": ("pyright", "--pythonpath", sys.executable, "--outputjson"),
}


@pytest.mark.parametrize("checker", COMMANDS)
def test_wrong_services_are_reported_at_their_lines(tmp_path: Path, checker: str) -> None:
    root = tmp_path / "app"
    shutil.copytree(EXAMPLE, root, ignore=shutil.ignore_patterns(".*_cache", "__pycache__"))
    expected: set[tuple[str, int]] = set()
    for name, edits in WRONG.items():
        file = root / "src/trading_api/modules" / name
        text = file.read_text()
        for right, wrong in edits:
            before, found, after = text.rpartition(right)
            assert found, right
            text = f"{before}{wrong}{after}"
            expected.add((name, before.count("\n") + 1))
        file.write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", *COMMANDS[checker]],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert _reported(checker, done.stdout) == expected, done.stdout


def _reported(checker: str, output: str) -> set[tuple[str, int]]:
    """Return the files, below the folder of the modules, and the lines of the errors."""
    if checker == "mypy":
        found = re.findall(r"^(.+?):(\d+): error:", output, re.MULTILINE)
    else:
        found = [
            (item["file"], item["range"]["start"]["line"] + 1)
            for item in json.loads(output)["generalDiagnostics"]
            if item["severity"] == "error"
        ]
    return {(re.split(r"trading_api[/\\]modules[/\\]", name)[-1], int(at)) for name, at in found}
