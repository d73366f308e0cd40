"""Projects in repositories, for tests of the command line."""

import subprocess
from pathlib import Path


def backend_in(repository: Path, source: str, settings: str) -> Path:
    """Make `repository`, with a project `backend` that has one module, and return the project."""
    subprocess.run(["git", "init", "-q", str(repository)], check=True)
    project = repository / "backend"
    (project / "feed").mkdir(parents=True)
    (project / "feed" / "ws.yaml").write_text(source, "utf-8")
    (project / "wsgen.toml").write_text(settings, "utf-8")
    return project
