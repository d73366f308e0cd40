"""`wsgen asyncapi export` as a whole process, against `asyncapi validate` of the npm CLI on the result.

The CLI is installed on first use into `.benchmarks/`, which git ignores; it is large and needs npm.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).parents[2]
HOME = ROOT / ".benchmarks/asyncapi-cli"
CLI = HOME / "node_modules/.bin/asyncapi"
VERSION = "6.2.0"
# The CLI must not send metrics, and must write its settings into its own folder.
ENVIRONMENT = {"ASYNCAPI_METRICS": "false", "HOME": str(HOME), "CI": "1"}


def install() -> None:
    """Install the npm CLI unless it is installed; exit with a message if npm is missing."""
    if CLI.exists():
        return
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is missing: install Node.js 20 or later")
    HOME.mkdir(parents=True, exist_ok=True)
    (HOME / "package.json").write_text('{"private": true}\n')
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    subprocess.run(
        [npm, "install", *options, f"@asyncapi/cli@{VERSION}"], cwd=HOME, check=True, timeout=1200
    )


def export_against_npm(rounds: int) -> tuple[list[float], list[float]]:
    """Return the times in seconds of our export and of the CLI's validation, in alternating rounds."""
    install()
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as name:
        document = Path(name) / "asyncapi.yaml"
        export = [sys.executable, "-m", "wsgen", "asyncapi", "export", "specs/datafeed"]
        export += ["specs/broker", "--quiet", "-o", str(document)]
        for _ in range(rounds):
            document.unlink(missing_ok=True)
            ours.append(_time(export))
            theirs.append(_time([str(CLI), "validate", str(document)]))
    return ours, theirs


def _time(command: list[str]) -> float:
    started = perf_counter()
    ended = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    elapsed = perf_counter() - started
    if ended.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{ended.stdout}{ended.stderr}")
    return elapsed
