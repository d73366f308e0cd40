"""Hold the exported documents against the npm parser: needs npm, so it is no part of the test suite.

Run `python tests/npm/check_documents.py` from the project's folder. It installs the parser into a folder of
its own, exports every module of `specs/` in three versions, and exits with 1 for any error or warning.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

# What the parser warns about when it is missing, and only a project can know.
SETTINGS = """\
[asyncapi]
id = "urn:example:trading"
title = "Trading"
version = "1.0.0"
description = "Market data and the broker's records."
tags = ["trading"]
contact = {name = "Desk", url = "https://example.com", email = "desk@example.com"}
license = {name = "MIT", url = "https://example.com/license"}
servers = {production = {host = "example.com", protocol = "wss"}}
"""


def main() -> int:
    """Return 0 if the parser has nothing to say."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        sys.stderr.write("npm and node are needed: install Node.js\n")
        return 2
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file in ("check.mjs", "package.json"):
            shutil.copy(HERE / file, folder)
        command = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(command, cwd=folder, check=True, timeout=600)
        documents = export(folder / "project")
        command = [node, str(folder / "check.mjs"), *map(str, documents)]
        code = subprocess.run(command, check=False, timeout=300).returncode
    sys.stdout.write(f"{len(documents)} documents: {'findings' if code else 'nothing found'}\n")
    return code


def export(project: Path) -> list[Path]:
    """Export the modules of `specs/` with full settings; return the documents."""
    shutil.copytree(ROOT / "specs", project / "specs")
    shutil.copytree(ROOT / "examples", project / "examples")
    sources = json.dumps(["examples/trading_api/src"])
    text = f'paths = ["specs"]\nsources = {sources}\n{SETTINGS}'
    (project / "wsgen.toml").write_text(text, encoding="utf-8")
    for version in ("3.1", "3.0", "2.6"):
        for mode in ([], ["--per-module"]):
            output = project / "out" / f"{version}{''.join(mode)}"
            options = ["--version", version, "-o", str(output), "--quiet", *mode]
            command = [sys.executable, "-m", "wsgen", "asyncapi", "export", *options]
            subprocess.run(command, cwd=project, check=True, timeout=120)
    return sorted((project / "out").rglob("*.yaml"))


if __name__ == "__main__":
    sys.exit(main())
